import Timekeeping

/// How many pods came in some window before each pod, itself included: mean and spread, in which what is long ago
/// counts less.
struct ArrivalRanks: Hashable, Sendable {
    /// After so long a pod counts half.
    private static let halfLife = Duration.seconds(600)
    /// Weights are made smaller this many times in a half-life: often enough that nothing jumps.
    private static let steps = 16
    /// 2 to the power of −1/16.
    private static let stepFactor = 0.957_603_280_698_573_6
    /// Pods that came alone and never fade: where forgetting ends.
    private static let lonePods = 2.0

    /// What a pod weighs that was never seen.
    private static let belief = 0.5

    private var count: Double
    private var sum: Double
    private var squares: Double
    private var fadedAt: Instant

    /// Begins as if one wave of pods had come just now.
    init(wave: Int, now: Instant) {
        let size = Double(wave)
        count = size * ArrivalRanks.belief
        sum = size * (size + 1) / 2 * ArrivalRanks.belief
        squares = size * (size + 1) * (2 * size + 1) / 6 * ArrivalRanks.belief
        fadedAt = now
    }

    /// A pod has come, as the `rank`-th in the window.
    mutating func note(_ rank: Int, now: Instant) {
        fade(now)
        count += 1
        sum += Double(rank)
        squares += Double(rank) * Double(rank)
    }

    /// The rank that so large a share of the pods exceeds, if ranks are distributed with an exponential tail, as those
    /// of pods that come in bursts are: so many standard deviations above the mean as it is there.
    ///
    /// - Parameter share: above 0 and below 1.
    mutating func rank(exceededBy share: Double, now: Instant) -> Int {
        fade(now)
        let weight = count + ArrivalRanks.lonePods
        let mean = (sum + ArrivalRanks.lonePods) / weight
        let variance = (squares + ArrivalRanks.lonePods) / weight - mean * mean
        let rank = mean + (-logarithm(share) - 1) * max(variance, 0).squareRoot()
        // What has all but faded makes no whole pod.
        return max(Int((rank - 0.01).rounded(.up)), 1)
    }

    private mutating func fade(_ now: Instant) {
        let step = ArrivalRanks.halfLife / ArrivalRanks.steps
        while fadedAt + step <= now {
            fadedAt = fadedAt + step
            count *= ArrivalRanks.stepFactor
            sum *= ArrivalRanks.stepFactor
            squares *= ArrivalRanks.stepFactor
            // What is left of it is nothing, however long nobody asked.
            if count < 1e-9 { fadedAt = max(fadedAt, now) }
        }
    }
}
