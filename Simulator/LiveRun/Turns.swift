/// Lets only so many do something at once; the others wait for their turn, the first to come first.
actor Turns {
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// - Parameter count: at least one.
    init(_ count: Int) {
        free = count
    }

    /// - Throws: what the body throws, and `CancellationError` for one that was cancelled while it waited.
    func take<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
        if free > 0 {
            free -= 1
        } else {
            await withCheckedContinuation { waiting.append($0) }
        }
        defer { pass() }
        try Task.checkCancellation()
        return try await body()
    }

    private func pass() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

/// Ends a body that takes too long, by cancelling it.
///
/// - Throws: ``LiveError/timedOut(_:after:)``, and what the body throws.
func limited<Result: Sendable>(
    to limit: Duration, _ what: String, _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else {
            throw LiveError.timedOut(what, after: limit)
        }
        return result
    }
}
