import Curl
import HTTPTesting
import Providers
import Synchronization

/// A wall clock that the test sets, in seconds since 1970.
final class WallClock: Sendable {
    private let seconds = Mutex(1_800_000_000)

    var now: Int {
        get { seconds.withLock { $0 } }
        set { seconds.withLock { $0 = newValue } }
    }
}

/// An instance metadata service with the paths that a test gives it. It answers nothing without a token of its own.
final class TestMetadata: Sendable {
    struct State {
        /// Below `/latest/meta-data/`.
        var values: [String: String] = [:]
        /// Instead of the value's own.
        var statuses: [String: Int] = [:]
        var tokenStatus = 200
        var token = "token"
        var lifetime = "21600"
        /// How many tokens were asked for.
        var tokens = 0
        /// Whether a token is not valid once it is given.
        var isForgetful = false
        var valid: Set<String> = []
        var requests: [ReceivedRequest] = []
    }

    let server: TestServer
    private let shared: Shared

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    init(_ values: [String: String] = [:]) throws {
        let shared = Shared()
        self.shared = shared
        shared.state.withLock { $0.values = values }
        server = try TestServer { connection in
            while true {
                let request = try connection.read()
                let (status, text, headers) = shared.state.withLock { TestMetadata.reply(request, &$0) }
                try connection.reply(text, status: status, headers: headers)
            }
        }
    }

    private static func reply(_ request: ReceivedRequest, _ state: inout State) -> (Int, String, [String]) {
        state.requests.append(request)
        if request.method == "PUT", request.target == "/latest/api/token" {
            guard request["x-aws-ec2-metadata-token-ttl-seconds"] == "21600" else { return (400, "", []) }
            state.tokens += 1
            let token = "\(state.token)-\(state.tokens)"
            if !state.isForgetful { state.valid.insert(token) }
            return (state.tokenStatus, token, ["X-aws-ec2-metadata-token-ttl-seconds: \(state.lifetime)"])
        }
        guard let token = request["x-aws-ec2-metadata-token"], state.valid.contains(token) else { return (401, "", []) }
        let path = String(request.target.dropFirst("/latest/meta-data/".count))
        guard let value = state.values[path] else { return (404, "", []) }
        return (state.statuses[path] ?? 200, value, [])
    }

    func set(_ change: @Sendable (inout State) -> Void) {
        shared.state.withLock { change(&$0) }
    }

    var state: State { shared.state.withLock { $0 } }

    /// Generous timeouts: what is tested with them is not how fast this machine is.
    func client(
        _ http: HTTPClient, _ clock: WallClock = WallClock(), timeouts: HTTPTimeouts = HTTPTimeouts()
    ) -> InstanceMetadata {
        InstanceMetadata(client: http, endpoint: server.url(""), timeouts: timeouts, now: { clock.now })
    }
}

extension TestMetadata {
    /// A role's credentials, as the service and the container endpoint give them.
    static func role(_ key: String, expiration: String = "2037-01-01T00:00:00Z") -> String {
        """
        {"Code": "Success", "LastUpdated": "2026-01-01T00:00:00Z", "Type": "AWS-HMAC", "AccessKeyId": "\(key)",
         "SecretAccessKey": "secret-of-\(key)", "Token": "token-of-\(key)", "Expiration": "\(expiration)"}
        """
    }
}
