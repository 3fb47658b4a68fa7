import Pool
import Providers
import Timekeeping

extension NodeAgent {
    /// Makes one call of the provider, and gives it up after a while: nothing that the agent does may wait for ever.
    nonisolated func call<Value: Sendable>(
        _ body: @escaping @Sendable (GovernedProvider) async throws(ProviderError) -> Value
    ) async throws(ProviderError) -> Value {
        let outcome = await withTaskGroup(of: Result<Value, ProviderError>?.self) { [provider, patience] group in
            group.addTask {
                do throws(ProviderError) {
                    return .success(try await body(provider))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let outcome else { throw .unreachable("no answer within \(patience.rounded)") }
        return try outcome.get()
    }
}
