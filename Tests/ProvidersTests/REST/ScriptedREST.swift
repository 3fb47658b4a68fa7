import Curl
import HTTPTesting
import JSON
import Pool
import Providers
import Synchronization

/// A cloud on loopback that answers requests of the REST API as a test says.
final class ScriptedREST: Sendable {
    enum Answer: Sendable {
        case reply(String, status: Int = 200, headers: [String] = ["Content-Type: application/json"])
        /// The connection ends without a reply.
        case closed
        /// A reply of so many bytes.
        case endless(Int)
        /// Nothing, until the client gives up.
        case silence

        static let done = Answer.reply("", status: 204, headers: [])

        /// A problem of the API.
        static func problem(
            _ type: String, status: Int, _ members: JSONObject = [:], headers: [String] = []
        ) -> Answer {
            var problem: JSONObject = ["type": .string("urn:warmpool:problem:" + type), "detail": "words"]
            for member in members { problem[member.name] = member.value }
            return .reply(
                JSONValue.object(problem).text(), status: status,
                headers: ["Content-Type: application/problem+json", "X-Request-Id: req-1"] + headers)
        }
    }

    private final class State: Sendable {
        let requests = Mutex<[ReceivedRequest]>([])
        let records = Mutex<[CallRecord]>([])
    }

    private let server: TestServer
    private let state = State()

    /// - Parameter answer: gets the request, and how many there have been with it.
    init(_ answer: @escaping @Sendable (ReceivedRequest, Int) -> Answer) throws {
        server = try TestServer { [state] connection in
            while true {
                let request = try connection.read()
                let number = state.requests.withLock { requests in
                    requests.append(request)
                    return requests.count
                }
                switch answer(request, number) {
                case .reply(let body, let status, let headers):
                    try connection.reply(body, status: status, headers: headers)
                case .closed: return
                case .endless(let size):
                    try connection.write(
                        "HTTP/1.1 200 Test\r\nContent-Type: application/json\r\nContent-Length: \(size)\r\n\r\n")
                    let block = [UInt8](repeating: UInt8(ascii: " "), count: 1 << 20)
                    for _ in 0..<(size >> 20) { try connection.write(block) }
                case .silence: connection.waitForClose()
                }
            }
        }
    }

    /// Every request so far.
    var requests: [ReceivedRequest] { state.requests.withLock { $0 } }

    /// What the provider has logged so far.
    var records: [CallRecord] { state.records.withLock { $0 } }

    func stop() {
        server.stop()
    }

    /// A provider of the instance i-0a1b2c3d.
    func provider(token: BearerToken? = nil, retry: RetryPolicy = .patient) -> RESTProvider {
        RESTProvider(
            RESTConfiguration(
                baseURL: server.url(), instanceID: "i-0a1b2c3d", token: token, retry: retry, pageSize: 2),
            client: HTTPClient()
        ) { [state] record in
            state.records.withLock { $0.append(record) }
        }
    }
}
