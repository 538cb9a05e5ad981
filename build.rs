//! Folders are embedded whole; a file that is new in one of them is seen only if Cargo is told to look.

fn main() {
    for folder in ["policies", "src/authoring/example"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
