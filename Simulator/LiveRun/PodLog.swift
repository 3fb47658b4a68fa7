import Timekeeping

/// What became of every pod of a live run.
actor PodLog {
    /// Where a pod stands.
    enum State: Hashable, Sendable {
        /// Kubelet has not begun to start it.
        case absent
        /// It has no address; the cause for which it was refused last, or `waiting`.
        case pending(String)
        case running(SimulatedPod)
        case ended
    }

    private(set) var states: [State]
    private var firstTries: [ContinuousClock.Instant?]
    /// How long each pod waited that got its address.
    private(set) var waits: [Duration] = []
    /// How often ADD was refused, by cause.
    private(set) var refusals: [String: Int] = [:]

    init(pods: Int) {
        states = Array(repeating: .absent, count: pods)
        firstTries = Array(repeating: nil, count: pods)
    }

    /// Kubelet begins to start a pod.
    func begins(_ pod: Int) {
        guard firstTries[pod] == nil else { return }
        firstTries[pod] = .now
        states[pod] = .pending("waiting")
    }

    func runs(_ pod: Int, _ simulated: SimulatedPod) {
        states[pod] = .running(simulated)
        if let first = firstTries[pod] { waits.append(.now - first) }
    }

    func isRefused(_ pod: Int, _ cause: String) {
        refusals[cause, default: 0] += 1
        states[pod] = .pending(cause)
    }

    func ends(_ pod: Int) { states[pod] = .ended }

    /// The pods that have an address.
    var running: [SimulatedPod] {
        states.compactMap { if case .running(let pod) = $0 { pod } else { nil } }
    }

    /// The pods that wait for an address, by their index.
    var waiting: [Int] {
        states.indices.filter { if case .pending = states[$0] { true } else { false } }
    }

    /// How many pods wait, by the cause for which they were refused last.
    var pending: [String: Int] {
        states.reduce(into: [:]) { counts, state in
            if case .pending(let cause) = state { counts[cause, default: 0] += 1 }
        }
    }
}
