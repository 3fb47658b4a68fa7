import Curl
import Foundation
import HTTPTesting
import Pool
import Providers
import Synchronization

/// An EC2 API on loopback that answers as a test says.
final class ScriptedEC2: Sendable {
    /// A call as it came.
    struct Call: Sendable {
        let action: String
        /// The request's body.
        let form: String
        let parameters: [String: String]
        let headers: [String: String]
        /// Counts the calls of this action from 1.
        let number: Int
    }

    enum Answer: Sendable {
        case reply(String, status: Int = 200, headers: [String] = ["Content-Type: text/xml;charset=UTF-8"])
        /// The connection ends without a reply.
        case closed
        /// The head of a reply that promises more than comes before the connection is reset.
        case cutOff(String)
        /// A reply of so many bytes.
        case endless(Int)
        /// Nothing, until the client gives up.
        case silence

        /// An empty reply of success.
        static func done(_ action: String) -> Answer {
            .reply("<\(action)Response><requestId>req-1</requestId><return>true</return></\(action)Response>")
        }

        /// EC2's form of a refusal.
        static func error(
            _ code: String, _ message: String = "words", status: Int = 400, headers: [String] = []
        ) -> Answer {
            .reply(
                """
                <?xml version="1.0" encoding="UTF-8"?>
                <Response><Errors><Error><Code>\(code)</Code><Message>\(message)</Message></Error></Errors>\
                <RequestID>req-e</RequestID></Response>
                """, status: status, headers: ["Content-Type: text/xml;charset=UTF-8"] + headers)
        }
    }

    private final class State: Sendable {
        let calls = Mutex<[Call]>([])
        let records = Mutex<[CallRecord]>([])
    }

    private let server: TestServer
    private let state = State()

    /// - Parameter answer: `nil` for what ``Canned`` says.
    init(_ answer: @escaping @Sendable (Call) -> Answer?) throws {
        server = try TestServer { [state] connection in
            while true {
                let request = try connection.read()
                let call = state.calls.withLock { calls in
                    let call = Call(request, after: calls)
                    calls.append(call)
                    return call
                }
                switch answer(call) ?? Canned.answer(call) {
                case .reply(let body, let status, let headers):
                    try connection.reply(body, status: status, headers: headers)
                case .closed: return
                case .cutOff(let part):
                    try connection.write(
                        "HTTP/1.1 200 Test\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n")
                    try connection.write(part)
                    return connection.reset()
                case .endless(let size):
                    try connection.write(
                        "HTTP/1.1 200 Test\r\nContent-Type: text/xml\r\nContent-Length: \(size)\r\n\r\n")
                    let block = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
                    for _ in 0..<(size >> 20) { try connection.write(block) }
                case .silence: connection.waitForClose()
                }
            }
        }
    }

    /// Every call so far.
    var calls: [Call] { state.calls.withLock { $0 } }

    /// What the provider has logged so far.
    var records: [CallRecord] { state.records.withLock { $0 } }

    var url: String { server.url() }

    func stop() {
        server.stop()
    }

    /// A provider of the instance ``Canned/instance``.
    func provider(
        credentials: any CredentialSource = FixedCredentials(), retry: RetryPolicy = .patient, pageSize: Int = 100,
        client: HTTPClient = HTTPClient()
    ) -> EC2Provider {
        EC2Provider(
            instanceID: Canned.instance, region: "eu-test-1", endpoint: url, credentials: credentials, client: client,
            retry: retry, pageSize: pageSize
        ) { [state] record in
            state.records.withLock { $0.append(record) }
        }
    }
}

extension ScriptedEC2.Call {
    fileprivate init(_ request: ReceivedRequest, after calls: [ScriptedEC2.Call]) {
        form = request.text
        parameters = form.split(separator: "&").reduce(into: [:]) { parameters, pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[String(parts[0])] = parts.count > 1 ? String(parts[1]).removingPercentEncoding : ""
        }
        let action = parameters["Action"] ?? ""
        self.action = action
        headers = Dictionary(request.headers.map { ($0.name, $0.value) }) { first, _ in first }
        number = calls.count { $0.action == action } + 1
    }
}

extension RetryPolicy {
    /// Short pauses, and time enough for the slowest machine.
    static let patient = RetryPolicy(
        backoff: .init(initial: .milliseconds(1), longest: .milliseconds(5)), attemptTimeout: .seconds(60),
        budget: .seconds(120))
}

struct FixedCredentials: CredentialSource {
    static let secret = "wJalrXUtnFEMI/K7MDENG/secret"
    static let session = "session-token-of-the-test"

    func credentials() async throws(ProviderError) -> AWSCredentials {
        AWSCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: FixedCredentials.secret,
            sessionToken: FixedCredentials.session)
    }

    func credentials(insteadOf refused: AWSCredentials) async throws(ProviderError) -> AWSCredentials {
        try await credentials()
    }
}
