import RateLimiting
import Settings
import Timekeeping

extension CallPolicy {
    /// Reads how a node treats its provider, of the section `calls` of `warmpoold.yaml` or of a scenario.
    public init(_ reader: SettingsReader) {
        self.init()
        mutating = CallLimit(reader.nested("mutating"), usual: mutating)
        describing = CallLimit(reader.nested("describing"), usual: describing)
        longestWait = reader.duration("longestWait", in: .zero ... .seconds(60)) ?? longestWait
        failureThreshold = reader.integer("failureThreshold", in: 1...1000) ?? failureThreshold
        let range = Duration.milliseconds(100) ... .seconds(3600)
        pause.initial = reader.duration("pause", in: range) ?? pause.initial
        pause.longest = reader.duration("longestPause", in: range) ?? pause.longest
        if pause.longest < pause.initial {
            reader.refuse("longestPause", "\(pause.longest.text) is less than pause")
        }
    }
}

extension CallLimit {
    fileprivate init(_ reader: SettingsReader?, usual: CallLimit) {
        self = usual
        guard let reader else { return }
        defer { reader.finish() }
        burst = reader.integer("burst", in: 1...10_000) ?? burst
        perSecond = reader.number("perSecond", in: 0.01...10_000) ?? perSecond
    }
}
