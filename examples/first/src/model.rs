//! A linear classifier of 7 classes over 36 features, written by `hingeline export`, not by hand.
//!
//! Weights d36b798f24b7433a in binary32 before they were written.

use hingeline::{Error, Model, Standardiser};
use hingeline::signal::{Feature, Features, Report, Window};

/// The classes.
pub const CLASSES: usize = 7;
/// The features of a sample.
pub const FEATURES: usize = 36;

/// The names of the classes, in the order of the scores.
pub static CLASS_NAMES: [&str; CLASSES] = ["ABD", "ER", "FEL", "IR", "PEN", "ROW", "TRAP"];
/// The names of the features.
pub static FEATURE_NAMES: [&str; FEATURES] = ["ax.mean", "ax.deviation", "ax.minimum", "ax.maximum", "ax.mean-crossings", "ax.band:1-6", "ay.mean", "ay.deviation", "ay.minimum", "ay.maximum", "ay.mean-crossings", "ay.band:1-6", "az.mean", "az.deviation", "az.minimum", "az.maximum", "az.mean-crossings", "az.band:1-6", "wx.mean", "wx.deviation", "wx.minimum", "wx.maximum", "wx.mean-crossings", "wx.band:1-6", "wy.mean", "wy.deviation", "wy.minimum", "wy.maximum", "wy.mean-crossings", "wy.band:1-6", "wz.mean", "wz.deviation", "wz.minimum", "wz.maximum", "wz.mean-crossings", "wz.band:1-6"];

/// Standardises the features before they are scored.
#[rustfmt::skip]
pub static STANDARDISER: Standardiser<FEATURES> = match Standardiser::from_parts(
    [406.0963, 311.26093, -80.37755, 932.03064, 6.2755103, 304.88754, 355.26437, 224.56174, -123.755104, 775.2959, 10.22449, 212.06401, -299.30173, 265.65475, -765.09186, 214.94897, 7.6836734, 256.27078, 25.852245, 655.73627, -1456.5103, 1658.6531, 15.479591, 543.30255, 0.49887672, 1344.4366, -2285.6633, 2239.8877, 3.0714285, 1327.0402, -4.5826516, 991.9142, -1690.3265, 1602.7959, 3.1836734, 978.92084],
    [0.0022443042, 0.0037281087, 0.0016520999, 0.0017763663, 0.17561682, 0.0037281478, 0.0026764418, 0.0055321185, 0.0017606354, 0.0024310222, 0.15592054, 0.0055071404, 0.003540728, 0.0050714705, 0.0024327328, 0.0021233102, 0.17828411, 0.005069069, 0.00490539, 0.0042123757, 0.0015718018, 0.0014257615, 0.13340645, 0.004388259, 0.0026043467, 0.0013953769, 0.0008802577, 0.0009018309, 0.42899597, 0.0014032976, 0.0032617038, 0.0015789381, 0.0009947813, 0.0010383223, 0.5141683, 0.0015905463],
) {
    Ok(standardiser) => standardiser,
    Err(_) => panic!(),
};

/// The weights, of standardised features.
#[rustfmt::skip]
pub static MODEL: Model<CLASSES, FEATURES> = match Model::from_parts(
    [
        [0.030412033, 0.15678683, -0.12493073, 0.12428261, -0.043892488, 0.15264517, 0.0875896, 0.2142821, -0.1322611, 0.19441864, -0.02172142, 0.20550801, 0.03754591, -0.027528977, -0.032512665, -0.021266099, 0.08131823, -0.032707796, -0.095180996, 0.015301014, -0.012694128, -0.0036642295, -0.08653744, 0.056879938, 0.008263159, -0.036967214, -0.049737457, -0.056772478, 0.0033523948, -0.038527455, -0.059884094, 0.19678544, -0.20573577, 0.24485528, 0.033083152, 0.19642285],
        [-0.1034392, -0.23016462, 0.060296282, -0.2576673, 0.24333212, -0.23648816, 0.15529321, 0.049421147, 0.08647138, 0.16831873, -0.16362353, 0.043707754, -0.13348937, 0.12468811, -0.13518217, 0.061478607, -0.025640523, 0.12846677, -0.039879415, 0.18215434, -0.17000438, 0.23454458, 0.08166052, 0.07715826, -0.12310053, 0.11242025, -0.13020425, 0.09201873, 0.035229143, 0.11350231, -0.012207647, -0.0318459, -0.079964474, -0.091085956, 0.003112209, -0.03327985],
        [-0.006920932, 0.15874143, -0.07330169, 0.112645835, -0.052629717, 0.16038296, -0.18916155, -0.052723862, -0.050505176, -0.19060342, -0.053923585, -0.04463265, -0.029295567, 0.17327441, -0.0970936, 0.13076763, -0.11476957, 0.17496146, -0.032838326, 0.0570557, -0.06977372, -0.010220727, 0.01817127, 0.011628444, -0.0066550085, 0.15692727, -0.078398295, 0.16991097, -0.015042578, 0.15716426, 0.092784025, -0.047142364, 0.081323884, -0.03385016, -0.07808881, -0.04778657],
        [-0.24495058, -0.012598059, -0.15117982, -0.19062619, -0.22750023, -0.0056518614, 0.17818423, -0.12491605, 0.18305874, 0.055954304, 0.17564364, -0.12489651, 0.06654449, -0.15099563, 0.12123299, -0.10174819, -0.06509609, -0.15766138, 0.11852964, -0.18459833, 0.15402696, -0.17068803, 0.039623536, -0.12577008, 0.10686863, -0.078945935, 0.05496886, -0.025007471, -0.17944172, -0.08233498, 0.028059475, -0.12628414, 0.22121036, -0.110488094, 0.116167404, -0.12481061],
        [0.038869888, -0.025509385, 0.059958242, 0.0010427344, -0.1339215, -0.020501751, -0.11806233, -0.08078399, 0.021132126, -0.12681215, 0.017027868, -0.075415656, -0.17092922, -0.07451465, -0.040907796, -0.16943349, 0.16307335, -0.07367002, 0.16314894, 0.025188565, 0.08971703, 0.015725534, -0.112263605, 0.072872765, 0.031509843, 0.084472716, -0.02362015, 0.06365888, -0.07858003, 0.08632855, -0.012346711, 0.052034035, -0.03374618, -0.01591328, 0.006758236, 0.052189227],
        [0.13601752, 0.14596573, -0.0053971964, 0.1865189, -0.12966816, 0.14835243, 0.08708755, 0.007836276, 0.06266959, 0.08052332, 0.0542757, 0.019248398, 0.23244958, -0.0641744, 0.21207273, 0.09852694, 0.12685455, -0.06279236, -0.041368444, -0.12591961, 0.09999668, -0.22077158, -0.17954816, -0.043522555, 0.043952126, -0.08880769, 0.10569921, -0.08722709, 0.23180567, -0.08603204, -0.024187174, 0.0333255, -0.05258718, 0.054323524, -0.027077949, 0.034080658],
        [0.1500114, -0.19322193, 0.23455496, 0.023803301, 0.34427997, -0.19873871, -0.20093071, -0.013115678, -0.17056558, -0.18179952, -0.007678602, -0.02351932, -0.0028256725, 0.01925117, -0.027609402, 0.0016746758, -0.1657399, 0.023403384, -0.07241143, 0.030818272, -0.091268525, 0.1550745, 0.23889394, -0.0492468, -0.060838204, -0.14909932, 0.121292114, -0.15658148, 0.002677042, -0.15010062, -0.012217863, -0.07687248, 0.06949945, -0.047841292, -0.053954218, -0.07681565],
    ],
    [0.10645433, 0.014449447, 0.4375545, -0.993551, 0.31694892, 0.23168378, -0.11354006],
    1.0,
) {
    Ok(model) => model,
    Err(_) => panic!(),
};

/// The class of a sample, from its features as recorded.
///
/// # Errors
/// If a score is not finite.
pub fn predict(x: &[f32; FEATURES]) -> Result<usize, Error> {
    let mut standardised = *x;
    STANDARDISER.apply(&mut standardised);
    MODEL.predict(&standardised)
}

/// The score of each class, from a sample's features as recorded.
///
/// # Errors
/// If a score is not finite.
pub fn scores(x: &[f32; FEATURES], scores: &mut [f32; CLASSES]) -> Result<(), Error> {
    let mut standardised = *x;
    STANDARDISER.apply(&mut standardised);
    MODEL.scores(&standardised, scores)
}

/// The axes of a reading.
pub const AXES: usize = 6;
/// The readings of a window, and those from one window to the next.
pub const WINDOW: usize = 100;
pub const HOP: usize = 50;
/// Readings per second, in hertz: the rate of the recordings.
pub const SAMPLING_RATE: f32 = 50.0;
/// The names of the axes.
pub static AXIS_NAMES: [&str; AXES] = ["ax", "ay", "az", "wx", "wy", "wz"];

/// The features of a window.
pub struct List;

impl Features for List {
    type Reading = f32;

    #[rustfmt::skip]
    const LIST: &'static [Feature] = &[
        Feature::Mean,
        Feature::Deviation,
        Feature::Minimum,
        Feature::Maximum,
        Feature::MeanCrossings,
        Feature::Band(1, 6),
    ];
}

/// The last readings of the sensor, in the units of the recordings. Keep it in a static, which takes no flash:
/// `static WINDOW: ConstStaticCell<SensorWindow> = ConstStaticCell::new(SensorWindow::new());`
///
/// Push each reading; call [`classify`] when `push` returns `true`. Call `gap` when a reading was lost or refused, as the
/// training did; then clear votes and smoothed scores too.
pub type SensorWindow = Window<List, AXES, WINDOW, HOP>;

/// Predicts the class of the window that is due, and reports how many of its readings are at the limits of the sensor.
///
/// The features are [`SensorWindow::features`], for [`predict`] and [`scores`].
///
/// # Errors
/// If there are fewer readings than a window has, or a feature or a score is not finite.
pub fn classify(window: &SensorWindow) -> Result<(usize, Report), Error> {
    let mut x: [f32; FEATURES] = [0.0; FEATURES];
    let report = window.features(&mut x)?;
    Ok((predict(&x)?, report))
}
