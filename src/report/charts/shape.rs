//! A picture as a list of shapes. Layout is a pure function from a result to shapes; drawing them
//! is one place that knows the backends, so that SVG and PNG cannot differ.

/// A colour, red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colour(pub(super) u8, pub(super) u8, pub(super) u8);

/// Text that matters.
pub(super) const INK: Colour = Colour(0x22, 0x22, 0x22);
/// Text that helps.
pub(super) const MUTED: Colour = Colour(0x59, 0x59, 0x59);
/// Axes.
pub(super) const AXIS: Colour = Colour(0x8a, 0x8a, 0x8a);
/// Grid lines.
pub(super) const GRID: Colour = Colour(0xe2, 0xe2, 0xe2);
/// The page.
pub(super) const WHITE: Colour = Colour(0xff, 0xff, 0xff);
/// What has no colour of its own.
pub(super) const GREY: Colour = Colour(0x99, 0x99, 0x99);

/// Okabe and Ito's palette, told apart by colour-blind readers too, without its black; the
/// yellow comes last since it is the faintest on white.
pub(super) const PALETTE: [Colour; 7] = [
    Colour(0x00, 0x72, 0xb2),
    Colour(0xe6, 0x9f, 0x00),
    Colour(0x00, 0x9e, 0x73),
    Colour(0xd5, 0x5e, 0x00),
    Colour(0x56, 0xb4, 0xe9),
    Colour(0xcc, 0x79, 0xa7),
    Colour(0xf0, 0xe4, 0x42),
];

impl Colour {
    /// The same, darker: so much of its light is left.
    pub(super) fn dimmed(self, light: f64) -> Colour {
        let part = |value: u8| (f64::from(value) * light) as u8;
        Colour(part(self.0), part(self.1), part(self.2))
    }
}

/// Where the given x lies in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A text's size in pixels and its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Font {
    pub(super) px: f64,
    pub(super) bold: bool,
}

/// Labels and everything else that is read.
pub(super) const LABEL: Font = Font { px: 12.0, bold: false };
/// Captions.
pub(super) const CAPTION: Font = Font { px: 13.0, bold: false };
/// The head of a panel.
pub(super) const HEADING: Font = Font { px: 14.0, bold: true };
/// The head of a chart.
pub(super) const TITLE: Font = Font { px: 19.0, bold: true };

/// One thing on a picture; pixels from the upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Rect {
        x0: f64,
        y0: f64,
        x1: f64,
        y1: f64,
        fill: Colour,
    },
    Line {
        points: Vec<(f64, f64)>,
        colour: Colour,
        width: u32,
    },
    Polygon {
        points: Vec<(f64, f64)>,
        fill: Colour,
    },
    /// `y` is the baseline.
    Text {
        x: f64,
        y: f64,
        anchor: Anchor,
        font: Font,
        colour: Colour,
        text: String,
    },
}

/// A finished layout.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Picture {
    pub(super) width: f64,
    pub(super) height: f64,
    /// What a screen reader says first.
    pub(super) title: String,
    /// What it says then: the figures in words.
    pub(super) description: String,
    pub(super) shapes: Vec<Shape>,
}

/// Shapes being gathered.
#[derive(Default)]
pub(super) struct Pen {
    pub(super) shapes: Vec<Shape>,
}

impl Pen {
    pub(super) fn rect(&mut self, (x0, y0): (f64, f64), (x1, y1): (f64, f64), fill: Colour) {
        self.shapes.push(Shape::Rect { x0, y0, x1, y1, fill });
    }

    pub(super) fn line(&mut self, points: &[(f64, f64)], colour: Colour, width: u32) {
        self.shapes.push(Shape::Line { points: points.to_vec(), colour, width });
    }

    /// A line of strokes and gaps of these lengths; none: one without gaps. Cut here, since not every backend can.
    pub(super) fn dashed(&mut self, points: &[(f64, f64)], colour: Colour, width: u32, pattern: &[f64]) {
        let Some(&first) = pattern.first() else { return self.line(points, colour, width) };
        let (mut turn, mut left) = (0, first);
        let mut stroke: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
            let length = libm::hypot(x1 - x0, y1 - y0);
            let mut along = 0.0;
            while length - along > left {
                along += left;
                let at = (x0 + (x1 - x0) * along / length, y0 + (y1 - y0) * along / length);
                stroke.push(at);
                if turn % 2 == 0 {
                    self.line(&stroke, colour, width);
                }
                stroke = vec![at];
                turn += 1;
                left = pattern[turn % pattern.len()];
            }
            left -= length - along;
            stroke.push((x1, y1));
        }
        if turn % 2 == 0 && stroke.len() > 1 {
            self.line(&stroke, colour, width);
        }
    }

    pub(super) fn polygon(&mut self, points: &[(f64, f64)], fill: Colour) {
        self.shapes.push(Shape::Polygon { points: points.to_vec(), fill });
    }

    pub(super) fn text(
        &mut self,
        (x, y): (f64, f64),
        anchor: Anchor,
        font: Font,
        colour: Colour,
        text: &str,
    ) {
        self.shapes.push(Shape::Text { x, y, anchor, font, colour, text: text.to_owned() });
    }

    /// A marker that is told apart by its form: circle, square, triangle, diamond, cross, bar.
    pub(super) fn marker(&mut self, (x, y): (f64, f64), form: usize, fill: Colour) {
        let at = |points: &[(f64, f64)]| points.iter().map(|(dx, dy)| (x + dx, y + dy)).collect::<Vec<_>>();
        match form % 6 {
            // A circle as a polygon looks the same on every backend.
            0 => {
                let circle: Vec<(f64, f64)> = (0..16)
                    .map(|step| {
                        let angle = f64::from(step) * std::f64::consts::TAU / 16.0;
                        (4.0 * libm::cos(angle), 4.0 * libm::sin(angle))
                    })
                    .collect();
                self.polygon(&at(&circle), fill);
            }
            1 => self.polygon(&at(&[(-3.6, -3.6), (3.6, -3.6), (3.6, 3.6), (-3.6, 3.6)]), fill),
            2 => self.polygon(&at(&[(0.0, -4.8), (4.6, 3.6), (-4.6, 3.6)]), fill),
            3 => self.polygon(&at(&[(0.0, -5.2), (5.2, 0.0), (0.0, 5.2), (-5.2, 0.0)]), fill),
            4 => {
                self.line(&at(&[(-4.0, -4.0), (4.0, 4.0)]), fill, 2);
                self.line(&at(&[(-4.0, 4.0), (4.0, -4.0)]), fill, 2);
            }
            _ => self.polygon(&at(&[(0.0, 4.8), (4.6, -3.6), (-4.6, -3.6)]), fill),
        }
    }
}
