import Timekeeping

/// Something did not come about in time.
public struct NotInTime: Error, CustomStringConvertible {
    public let description: String

    public init(description: String) {
        self.description = description
    }
}

/// Waits for what nobody announces: asks again and again until there is an answer.
///
/// - Parameters:
///   - what: is awaited, for the error.
///   - body: the answer, or `nil` for "not yet"; what it throws counts as "not yet" and is told in the error.
/// - Throws: ``NotInTime`` when the time is over.
@discardableResult
public func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(30), isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    var last = ""
    while ContinuousClock.now < deadline {
        do {
            if let value = try await body() { return value }
        } catch {
            last = ": \(error)"
        }
        try await Task.sleep(for: .milliseconds(20))
    }
    throw NotInTime(description: "not within \(limit.rounded): \(what)\(last)")
}

/// Waits for a condition that nobody announces, as ``eventually(_:within:isolation:_:)-value`` does.
public func eventually(
    _ what: String, within limit: Duration = .seconds(30), isolation: isolated (any Actor)? = #isolation,
    holds body: () async throws -> Bool
) async throws {
    try await eventually(what, within: limit) { try await body() ? true : nil }
}
