import Timekeeping

/// Patterns in which no node knows of another.
extension Workload {
    func steady(_ pods: Int, _ lifetime: Duration, _ duration: Duration, _ dice: inout Dice) -> [Arrival] {
        var arrivals: [Arrival] = []
        for _ in 0..<pods {
            var at = dice.duration(.seconds(20) ... .seconds(120))
            while at < duration {
                let life = dice.exponential(mean: lifetime)
                arrivals.append((at, .after(life)))
                // The controller sees the end, and the scheduler binds the next one.
                at += life + dice.duration(.seconds(1) ... .seconds(3))
            }
        }
        return arrivals
    }

    /// Independent arrivals with a rate that begins at its least and swings once in a period. Source of the method:
    /// thinning, Lewis and Shedler, 1979; the swing is a parabola up and one down, which no library need compute.
    func arrivals(
        _ perMinute: ClosedRange<Double>, _ period: Duration, _ lifetime: Duration, _ duration: Duration,
        _ dice: inout Dice
    ) -> [Arrival] {
        var arrivals: [Arrival] = []
        let pause = Duration.seconds(60 / perMinute.upperBound)
        var at = Duration.seconds(20) + dice.exponential(mean: pause)
        while at < duration {
            let phase = (at.inSeconds / period.inSeconds).truncatingRemainder(dividingBy: 1)
            let height = 4 * phase * (1 - phase)
            let rate = perMinute.lowerBound + (perMinute.upperBound - perMinute.lowerBound) * height
            if dice.happens(rate / perMinute.upperBound) {
                arrivals.append((at, .after(dice.exponential(mean: lifetime))))
            }
            at += dice.exponential(mean: pause)
        }
        return arrivals
    }

    func bursts(
        _ pause: Duration, _ meanSize: Double, _ maximum: Int, _ lifetime: Duration, _ duration: Duration,
        _ dice: inout Dice
    ) -> [Arrival] {
        var arrivals: [Arrival] = []
        var at = Duration.seconds(20) + dice.exponential(mean: pause)
        while at < duration {
            for _ in 0..<dice.size(mean: meanSize, maximum: maximum) {
                // Scheduler and kubelet need a while for all of them.
                let arrival = at + dice.duration(.zero ... .seconds(2))
                arrivals.append((arrival, .after(dice.duration(lifetime / 2...lifetime * 3 / 2))))
            }
            at += dice.exponential(mean: pause)
        }
        return arrivals
    }

    func fill(
        _ pods: Int, _ at: Duration, _ over: Duration, _ lifetime: Duration?, _ dice: inout Dice
    ) -> [Arrival] {
        (0..<pods).map { _ in (dice.duration(at...at + over), lifetime.map { .after($0) } ?? .never) }
    }

    func crashLoop(
        _ pods: Int, _ lifetime: Duration, _ pause: Duration, _ longestPause: Duration, _ dice: inout Dice
    ) -> [Arrival] {
        (0..<pods).map { _ in
            (
                dice.duration(.seconds(20) ... .seconds(30)),
                .again(
                    life: dice.duration(lifetime / 2...lifetime * 3 / 2), pause: pause, longestPause: longestPause)
            )
        }
    }
}
