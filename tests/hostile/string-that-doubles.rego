# report: MiB of memory | seconds

# METADATA
# scope: package
# title: t
# description: d
# custom:
#   id: H1
#   name: H
#   level: warning
package hostile.h

a0 := "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
a1 := concat("", [a0, a0])
a2 := concat("", [a1, a1])
a3 := concat("", [a2, a2])
a4 := concat("", [a3, a3])
a5 := concat("", [a4, a4])
a6 := concat("", [a5, a5])
a7 := concat("", [a6, a6])
a8 := concat("", [a7, a7])
a9 := concat("", [a8, a8])
a10 := concat("", [a9, a9])
a11 := concat("", [a10, a10])
a12 := concat("", [a11, a11])
a13 := concat("", [a12, a12])
a14 := concat("", [a13, a13])
a15 := concat("", [a14, a14])
a16 := concat("", [a15, a15])
a17 := concat("", [a16, a16])
a18 := concat("", [a17, a17])
a19 := concat("", [a18, a18])
a20 := concat("", [a19, a19])
a21 := concat("", [a20, a20])
a22 := concat("", [a21, a21])
a23 := concat("", [a22, a22])
a24 := concat("", [a23, a23])
a25 := concat("", [a24, a24])
a26 := concat("", [a25, a25])
a27 := concat("", [a26, a26])
a28 := concat("", [a27, a27])
a29 := concat("", [a28, a28])
a30 := concat("", [a29, a29])
a31 := concat("", [a30, a30])
a32 := concat("", [a31, a31])
a33 := concat("", [a32, a32])
a34 := concat("", [a33, a33])
a35 := concat("", [a34, a34])
a36 := concat("", [a35, a35])
a37 := concat("", [a36, a36])
a38 := concat("", [a37, a37])
a39 := concat("", [a38, a38])
a40 := concat("", [a39, a39])
a41 := concat("", [a40, a40])
a42 := concat("", [a41, a41])
a43 := concat("", [a42, a42])
a44 := concat("", [a43, a43])
a45 := concat("", [a44, a44])
a46 := concat("", [a45, a45])
a47 := concat("", [a46, a46])
a48 := concat("", [a47, a47])
a49 := concat("", [a48, a48])
violation contains {"message": "m"} if a49 == ""
