//! Lines over a scale, as an SVG.

use std::fmt::Write as _;

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 320.0;
/// Room around the lines of a panel: left, top, right, bottom.
const MARGIN: (f64, f64, f64, f64) = (62.0, 44.0, 18.0, 46.0);
const LEGEND_HEIGHT: f64 = 48.0;
/// Apart from each other also for those who see fewer colours.
const COLOURS: [&str; 6] = ["#555555", "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00"];
/// About so many lines across a panel.
const TICKS: f64 = 5.0;

/// What is drawn beside each other, over the same horizontal scale, with one legend.
pub(super) struct Plot {
    pub(super) across: &'static str,
    pub(super) panels: Vec<Panel>,
}

/// One drawing.
pub(super) struct Panel {
    pub(super) title: &'static str,
    pub(super) lines: Vec<Line>,
}

/// Points joined.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(f64, f64)>,
}

/// A scale from 0 to a round number that nothing exceeds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Scale {
    step: f64,
    end: f64,
    pixels: f64,
}

impl Scale {
    fn to(highest: f64, pixels: f64) -> Self {
        let rough = (highest / TICKS).max(f64::MIN_POSITIVE);
        let magnitude = 10_f64.powf(rough.log10().floor());
        let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|factor| factor * magnitude >= rough).unwrap_or(10.0);
        let step = factor * magnitude;
        Self { step, end: (highest / step).ceil() * step, pixels }
    }

    fn at(self, value: f64) -> f64 {
        value / self.end * self.pixels
    }

    fn ticks(self) -> impl Iterator<Item = f64> {
        (0_u32..).map(move |tick| f64::from(tick) * self.step).take_while(move |tick| *tick <= self.end * 1.000_1)
    }
}

impl Plot {
    /// The picture.
    pub(super) fn svg(&self) -> String {
        let panels = f64::from(u32::try_from(self.panels.len()).unwrap_or(u32::MAX));
        let (width, height) = (WIDTH * panels, HEIGHT + LEGEND_HEIGHT);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
             height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
             <rect width=\"{width}\" height=\"{height}\" fill=\"#ffffff\"/>\n"
        );
        let mut left = 0.0;
        for panel in &self.panels {
            panel.draw(&mut svg, left, self.across);
            left += WIDTH;
        }
        self.legend(&mut svg);
        svg.push_str("</svg>\n");
        svg
    }

    fn legend(&self, svg: &mut String) {
        let names = self.panels.first().into_iter().flat_map(|panel| &panel.lines).map(|line| &line.name);
        let mut left = MARGIN.0;
        for (name, colour) in names.zip(COLOURS.iter().cycle()) {
            let y = HEIGHT + LEGEND_HEIGHT / 2.0;
            // Nothing can go wrong while a text is written.
            let _ = writeln!(
                svg,
                "<rect x=\"{left}\" y=\"{}\" width=\"16\" height=\"4\" fill=\"{colour}\"/><text x=\"{}\" y=\"{}\">{name}</text>",
                y - 6.0,
                left + 22.0,
                y
            );
            // Wide enough for letters of this size.
            left += 44.0 + 6.2 * f64::from(u32::try_from(name.chars().count()).unwrap_or(u32::MAX));
        }
    }
}

impl Panel {
    fn draw(&self, svg: &mut String, left: f64, across: &str) {
        let (x0, y0) = (left + MARGIN.0, HEIGHT - MARGIN.3);
        let highest = |of: fn(&(f64, f64)) -> f64| {
            self.lines.iter().flat_map(|line| &line.points).map(of).fold(f64::MIN_POSITIVE, f64::max)
        };
        let x_scale = Scale::to(highest(|point| point.0), WIDTH - MARGIN.0 - MARGIN.2);
        let y_scale = Scale::to(highest(|point| point.1), HEIGHT - MARGIN.1 - MARGIN.3);
        let (right, top) = (x0 + x_scale.pixels, y0 - y_scale.pixels);
        let _ = writeln!(svg, "<text x=\"{x0}\" y=\"22\" font-size=\"14\">{}</text>", self.title);
        for tick in y_scale.ticks() {
            let y = y0 - y_scale.at(tick);
            let _ = writeln!(
                svg,
                "<line x1=\"{x0}\" y1=\"{y:.1}\" x2=\"{right:.1}\" y2=\"{y:.1}\" stroke=\"#dddddd\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                x0 - 6.0,
                y + 4.0,
                number(tick)
            );
        }
        for tick in x_scale.ticks() {
            let x = x0 + x_scale.at(tick);
            let _ = writeln!(
                svg,
                "<line x1=\"{x:.1}\" y1=\"{y0}\" x2=\"{x:.1}\" y2=\"{:.1}\" stroke=\"#888888\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                y0 + 4.0,
                y0 + 18.0,
                number(tick)
            );
        }
        let _ = writeln!(
            svg,
            "<path d=\"M{x0} {top:.1}V{y0}H{right:.1}\" fill=\"none\" stroke=\"#888888\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{across}</text>",
            f64::midpoint(x0, right),
            y0 + 36.0
        );
        for (line, colour) in self.lines.iter().zip(COLOURS.iter().cycle()) {
            let at: Vec<_> = line.points.iter().map(|(x, y)| (x0 + x_scale.at(*x), y0 - y_scale.at(*y))).collect();
            let path: Vec<_> = at.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let _ = writeln!(
                svg,
                "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                path.join(" ")
            );
            for (x, y) in at {
                let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
            }
        }
    }
}

/// As short as it can be.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_round_and_nothing_exceeds_it() {
        for (highest, step, end) in
            [(19_000.0, 5_000.0, 20_000.0), (15.2, 5.0, 20.0), (290.0, 100.0, 300.0), (0.9, 0.2, 1.0), (5.0, 1.0, 5.0)]
        {
            let scale = Scale::to(highest, 100.0);
            assert!((scale.step - step).abs() < 1e-9 && (scale.end - end).abs() < 1e-9, "{highest}: {scale:?}");
            assert!((scale.at(scale.end) - 100.0).abs() < 1e-9 && scale.at(0.0).abs() < 1e-9);
            assert!(scale.ticks().last().is_some_and(|last| (last - end).abs() < 1e-9));
        }
    }

    #[test]
    fn points_lie_where_the_scale_says() {
        let line = |name: &str, points| Line { name: name.to_owned(), points };
        let lines = vec![line("a", vec![(0.0, 0.0), (10.0, 5.0)]), line("b", vec![(10.0, 10.0)])];
        let svg = Plot { across: "connections", panels: vec![Panel { title: "t", lines }] }.svg();
        // The corners of the panel: the origin, half-way up at the right, the top right.
        assert!(svg.contains("points=\"62.0,274.0 442.0,159.0\""), "{svg}");
        assert!(svg.contains("points=\"442.0,44.0\""), "{svg}");
        assert_eq!(svg.matches("<circle").count(), 3);
        assert_eq!((number(2.5).as_str(), number(20_000.0).as_str(), number(0.0).as_str()), ("2.5", "20000", "0"));
    }
}
