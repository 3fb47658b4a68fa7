import Foundation
import Pool
import Synchronization
import Testing

@testable import Providers

@Suite("EC2's refusals of credentials", .timeLimit(.minutes(5))) struct EC2CredentialTests {
    let eni = ENIID("eni-0000000000000000b")

    /// Credentials that a source replaces when they are refused.
    private final class Rotating: CredentialSource {
        private let generation = Mutex(1)
        let renewals = Mutex(0)
        let last: Int

        init(last: Int) {
            self.last = last
        }

        func credentials() async throws(ProviderError) -> AWSCredentials {
            AWSCredentials(accessKeyID: "AKID\(generation.withLock { $0 })", secretAccessKey: "s", sessionToken: "t")
        }

        func credentials(insteadOf refused: AWSCredentials) async throws(ProviderError) -> AWSCredentials {
            renewals.withLock { $0 += 1 }
            generation.withLock { $0 = min($0 + 1, last) }
            return try await credentials()
        }
    }

    @Test("Credentials that expire in between are renewed, and the call goes on") func renewed() async throws {
        let cloud = try ScriptedEC2 { call in
            call.headers["authorization"]?.contains("AKID1/") == true ? .error("ExpiredToken", status: 403) : nil
        }
        let source = Rotating(last: 2)
        let provider = cloud.provider(credentials: source)
        #expect(try await provider.assign(eni, count: 1, token: MutationToken("a")).count == 1)
        #expect(source.renewals.withLock { $0 } == 1)
        #expect(cloud.calls.count == 2)
    }

    @Test("Credentials that stay wrong are reported after one renewal", arguments: [1, 9])
    func stayWrong(generations: Int) async throws {
        let cloud = try ScriptedEC2 { _ in .error("AuthFailure", "not validated", status: 401) }
        let source = Rotating(last: generations)
        await #expect(throws: ProviderError.invalidCredentials("AuthFailure: not validated (request req-e)")) {
            try await cloud.provider(credentials: source).describeNode()
        }
        #expect(source.renewals.withLock { $0 } == 1)
        #expect(cloud.calls.count == min(generations, 2))
    }

    /// A source that answers only to cancellation, and has one sort of credentials already, or none.
    private struct Silent: CredentialSource {
        var old: AWSCredentials?

        func credentials() async throws(ProviderError) -> AWSCredentials {
            if let old { return old }
            try? await Task.sleep(for: .seconds(1_000))
            throw .cancelled
        }

        func credentials(insteadOf refused: AWSCredentials) async throws(ProviderError) -> AWSCredentials {
            try await Silent().credentials()
        }
    }

    @Test("A source of credentials that is silent is waited for as long as the budget lasts, and named")
    func silent() async throws {
        let cloud = try ScriptedEC2 { _ in .error("ExpiredToken", "too old", status: 403) }
        let retry = RetryPolicy(budget: .milliseconds(50))
        let late = "the source of the AWS credentials did not answer in time"
        await #expect(throws: ProviderError.unreachable(late)) {
            try await cloud.provider(credentials: Silent(), retry: retry).describeNode()
        }
        #expect(cloud.calls.isEmpty)
    }

    @Test("Why credentials could not be renewed is said with the refusal of the old ones") func notRenewed()
        async throws
    {
        struct Broken: CredentialSource {
            func credentials() async throws(ProviderError) -> AWSCredentials {
                AWSCredentials(accessKeyID: "AKID1", secretAccessKey: "s")
            }

            func credentials(insteadOf refused: AWSCredentials) async throws(ProviderError) -> AWSCredentials {
                throw .unreachable("STS is away")
            }
        }
        let cloud = try ScriptedEC2 { _ in .error("ExpiredToken", "too old", status: 403) }
        await #expect(
            throws: ProviderError.invalidCredentials(
                "ExpiredToken: too old (request req-e); there are no others: the provider does not answer: STS is away")
        ) { try await cloud.provider(credentials: Broken()).describeNode() }
        #expect(cloud.calls.count == 1)
    }

    @Test("A node whose clock is wrong learns EC2's from the refusal") func skew() async throws {
        let server = Int(Date().timeIntervalSince1970) + 3_600
        let cloud = try ScriptedEC2 { call in
            let signed = call.headers["x-amz-date"].flatMap(EC2CredentialTests.seconds) ?? 0
            guard abs(signed - server) > 300 else { return nil }
            return .error(
                "RequestExpired", status: 400, headers: ["Date: \(EC2CredentialTests.httpDate(server))"])
        }
        let source = Rotating(last: 9)
        let provider = cloud.provider(credentials: source)
        _ = try await provider.describeNode()
        #expect(source.renewals.withLock { $0 } == 0)
        // The first was refused; those after it have the right time.
        #expect(
            cloud.calls.map(\.action) == [
                "DescribeInstances", "DescribeInstances", "DescribeInstanceTypes", "DescribeSubnets",
            ])
    }

    private static func formatter(_ format: String) -> DateFormatter {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = format
        return formatter
    }

    private static func httpDate(_ seconds: Int) -> String {
        formatter("EEE, dd MMM yyyy HH:mm:ss 'GMT'").string(from: Date(timeIntervalSince1970: Double(seconds)))
    }

    /// Of an `X-Amz-Date`.
    private static func seconds(_ text: String) -> Int? {
        formatter("yyyyMMdd'T'HHmmss'Z'").date(from: text).map { Int($0.timeIntervalSince1970) }
    }
}
