import Pool

extension CredentialSource {
    /// What ``credentials()`` or ``credentials(insteadOf:)`` says in time. A source that is late is told so by the
    /// cancellation of its task.
    ///
    /// - Parameter refused: `nil` where none were refused yet.
    /// - Throws: the source's error, and ``ProviderError/unreachable(_:)`` where the deadline comes first.
    func credentials(
        insteadOf refused: AWSCredentials?, until deadline: ContinuousClock.Instant
    ) async throws(ProviderError) -> AWSCredentials {
        let result = await withTaskGroup(of: Result<AWSCredentials, ProviderError>?.self) { group in
            group.addTask {
                do throws(ProviderError) {
                    guard let refused else { return .success(try await credentials()) }
                    return .success(try await credentials(insteadOf: refused))
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            // The source's answer counts also where it comes at the same moment.
            let first = await group.next() ?? nil
            group.cancelAll()
            let second = await group.next() ?? nil
            return first ?? second ?? .failure(.cancelled)
        }
        guard result == .failure(.cancelled), !Task.isCancelled else { return try result.get() }
        throw .unreachable("the source of the AWS credentials did not answer in time")
    }
}
