import ModelVPC
import Settings
import Timekeeping

extension ModelVPC.Settings {
    /// Reads how slow a cloud is.
    ///
    /// - Parameter usual: what is meant where a key is missing.
    public init(_ reader: SettingsReader, usual: ModelVPC.Settings = ModelVPC.Settings()) {
        self = usual
        latency = DelayText.read("latency", reader) ?? latency
        attachDelay = DelayText.read("attachDelay", reader) ?? attachDelay
        appearDelay = DelayText.read("appearDelay", reader) ?? appearDelay
        detachDelay = DelayText.read("detachDelay", reader) ?? detachDelay
        consistencyDelay = DelayText.read("consistencyDelay", reader) ?? consistencyDelay
        guard let perAction = reader.nested("latencyPerAction") else { return }
        latencyPerAction = [:]
        for action in ModelVPC.Action.allCases {
            if let delay = DelayText.read(action.rawValue, perAction) { latencyPerAction[action] = delay }
        }
        perAction.finish()
    }
}

/// How long something takes, as people write it: `500ms`, or drawn evenly from `400ms to 1200ms`.
private struct DelayText: LosslessStringConvertible {
    let range: ClosedRange<Duration>

    static func read(_ key: String, _ reader: SettingsReader) -> ModelVPC.Delay? {
        let text: DelayText? = reader.value(
            key, expecting: "a duration with its unit, such as 500ms, or two such as 400ms to 2s, from 0s to 10m")
        return text.map { ModelVPC.Delay($0.range) }
    }

    init?(_ text: String) {
        let bounds = text.split(separator: " to ", omittingEmptySubsequences: false).map { Duration(text: $0) }
        guard (1...2).contains(bounds.count), let least = bounds[0], let most = bounds[bounds.count - 1],
            least >= .zero, least <= most, most <= .seconds(600)
        else { return nil }
        range = least...most
    }

    var description: String {
        range.lowerBound == range.upperBound
            ? range.lowerBound.text : "\(range.lowerBound.text) to \(range.upperBound.text)"
    }
}
