//! The marks of the timelines: their shapes, drawn once, and the legend.

use maud::{Markup, html};

/// Each mark of the legend with its meaning. Bars are classes of rectangles, and shapes are drawn by their id.
const MARK_MEANINGS: [(Mark, &str); 10] = [
    (Mark::Shape("done"), "regenerated"),
    (Mark::Shape("failed"), "failed"),
    (Mark::Shape("uncertain"), "outcome unknown"),
    (Mark::Shape("reading"), "key stamp read"),
    (Mark::Bar("set"), "key last set in this span"),
    (Mark::Bar("month"), "month in the key"),
    (Mark::Bar("covered"), "log covers, as stated"),
    (Mark::Bar("observed"), "log covers, inferred"),
    (Mark::Bar("gap"), "no log"),
    (Mark::Bar("unseen"), "may be set unseen"),
];

/// The number of marks in a row of the legend, so that it fits the narrowest screen.
const LEGEND_COLUMNS: usize = 2;
const COLUMN_WIDTH_PX: usize = 160;
const ROW_HEIGHT_PX: usize = 16;

enum Mark {
    Shape(&'static str),
    Bar(&'static str),
}

/// Shapes around the origin, in pixels.
pub(super) fn definitions() -> Markup {
    html! {
        pattern #hatch width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
            rect width="6" height="6" {}
            path d="M0 0v6" {}
        }
        circle #done r="5.5" {}
        path #failed d="M-5-5L5 5M5-5L-5 5" {}
        g #uncertain { circle r="6" {} text y="3.5" { "?" } }
        path #reading d="M0-6.5L6.5 0 0 6.5-6.5 0z" {}
        path #earlier d="M1-6l-7 6 7 6z" {}
        g #legend {
            @for ((mark, meaning), place) in MARK_MEANINGS.iter().zip(0..) {
                @let (x, y) = (place % LEGEND_COLUMNS * COLUMN_WIDTH_PX, place / LEGEND_COLUMNS * ROW_HEIGHT_PX + 8);
                @match mark {
                    Mark::Shape(id) => { use href={ "#" (id) } x=(x + 9) y=(y) {} },
                    Mark::Bar(class) => { rect class=(class) x=(x + 1) y=(y - 4) width="16" height="8" {} },
                }
                text x=(x + 23) y=(y + 4) { (meaning) }
            }
        }
    }
}

/// Returns the legend, which is hidden from screen readers: for them, the words below the picture are enough.
pub(super) fn legend() -> Markup {
    let height = MARK_MEANINGS.len().div_ceil(LEGEND_COLUMNS) * ROW_HEIGHT_PX;
    html! { svg.legend width=(LEGEND_COLUMNS * COLUMN_WIDTH_PX) height=(height) aria-hidden="true" { use href="#legend" {} } }
}
