//! Temme's uniform expansion of the incomplete gamma functions for large shapes.
//!
//! Temme, "The asymptotic expansion of the incomplete gamma functions", SIAM J. Math. Anal. 10 (1979)
//! 757-766; DLMF 8.12. It needs the same few operations at any shape, where the series and the continued
//! fraction need a number of terms that grows with its square root.

use super::normal::horner;

/// Whether [`tails`] is good to the last digits at this shape and point. Beyond it, that far from the centre
/// of a law this narrow, the series and the continued fraction are short.
pub(super) fn covers(a: f64, x: f64) -> bool {
    a >= 50.0 && x > 0.6 * a && x < 1.7 * a
}

/// P and Q at the point left (or not) of the centre with the `deviance` a ln(a / x) + x - a.
pub(super) fn tails(a: f64, deviance: f64, left: bool) -> (f64, f64) {
    // η² / 2 is the deviance over a, and η has the sign of x - a.
    let eta = (2.0 * deviance / a).sqrt() * if left { -1.0 } else { 1.0 };
    let sum = DEGREES.iter().rev().fold(0.0, |sum, row| sum / a + horner(row, eta));
    let correction = libm::exp(-deviance) / (std::f64::consts::TAU * a).sqrt() * sum;
    let near = 0.5 * libm::erfc(deviance.sqrt());
    // `near` is the tail on this side of the centre; only it is small enough to be a tail of its own.
    if left {
        (near - correction, 1.0 - near + correction)
    } else {
        (1.0 - near - correction, near + correction)
    }
}

/// Row k, column n: the coefficient d(k, n) of η^n a^-k (DLMF 8.12.11 to 8.12.17), computed with mpmath at
/// 60 digits.
const DEGREES: [&[f64]; 7] = [
    &[
        -0.3333333333333333,
        0.08333333333333333,
        -0.014814814814814815,
        0.0011574074074074073,
        0.0003527336860670194,
        -0.0001787551440329218,
        3.919263178522438e-05,
        -2.185448510679992e-06,
        -1.85406221071516e-06,
        8.296711340953087e-07,
        -1.7665952736826078e-07,
        6.707853543401498e-09,
        1.0261809784240309e-08,
        -4.382036018453353e-09,
        9.14769958223679e-10,
        -2.5514193994946248e-11,
        -5.830772132550426e-11,
        2.4361948020667415e-11,
    ],
    &[
        -0.001851851851851852,
        -0.003472222222222222,
        0.0026455026455026454,
        -0.0009902263374485596,
        0.00020576131687242798,
        -4.018775720164609e-07,
        -1.8098550334489977e-05,
        7.64916091608111e-06,
        -1.6120900894563446e-06,
        4.647127802807434e-09,
        1.378633446915721e-07,
        -5.752545603517705e-08,
        1.1951628599778148e-08,
        -1.7543241719747647e-11,
        -1.0091543710600413e-09,
        4.162792991842583e-10,
    ],
    &[
        0.004133597883597883,
        -0.0026813271604938273,
        0.0007716049382716049,
        2.0093878600823047e-06,
        -0.0001073665322636516,
        5.2923448829120125e-05,
        -1.2760635188618728e-05,
        3.423578734096138e-08,
        1.3721957309062934e-06,
        -6.298992138380055e-07,
        1.4280614206064242e-07,
        -2.0477098421990866e-10,
        -1.409252991086752e-08,
        6.228974084922022e-09,
    ],
    &[
        0.0006494341563786008,
        0.00022947209362139917,
        -0.0004691894943952557,
        0.00026772063206283885,
        -7.561801671883977e-05,
        -2.396505113867297e-07,
        1.1082654115347302e-05,
        -5.6749528269915965e-06,
        1.4230900732435883e-06,
        -2.7861080291528143e-11,
        -1.6958404091930278e-07,
        8.099464905388083e-08,
    ],
    &[
        -0.0008618882909167117,
        0.0007840392217200666,
        -0.0002990724803031902,
        -1.4638452578843418e-06,
        6.641498215465122e-05,
        -3.968365047179435e-05,
        1.1375726970678419e-05,
        2.507497226237533e-10,
        -1.6954149536558305e-06,
        8.907507532205309e-07,
    ],
    &[
        -0.00033679855336635813,
        -6.972813758365857e-05,
        0.0002772753244959392,
        -0.00019932570516188847,
        6.797780477937208e-05,
        1.419062920643967e-07,
        -1.3594048189768693e-05,
        8.018470256334202e-06,
    ],
    &[
        0.0005313079364639922,
        -0.0005921664373536939,
        0.0002708782096718045,
        7.902353232660328e-07,
        -8.153969367561969e-05,
        5.61168275310625e-05,
    ],
];
