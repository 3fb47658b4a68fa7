import Addressing
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import ModelVPC
import NIOCore
import NIOEmbedded
import Pool
import Providers
import Synchronization
import Testing
import Timekeeping

@testable import CloudServer

/// A cloud whose dialects a test calls without a socket: an m5.large, a t2.small, whose interfaces have no prefixes, and
/// subnets of 251 and of 11 addresses.
struct TestCloud {
    static let node = "i-0000000000000000a"
    static let old = "i-0000000000000000b"
    static let subnet = "subnet-a"
    static let tiny = "subnet-tiny"
    /// Where all signatures of AWS's examples are made.
    static let exampleDate = Date(timeIntervalSince1970: 1_440_938_160)

    let state: CloudState
    let clock: TestClock
    private let front: Front

    init(_ change: (inout CloudConfiguration) -> Void = { _ in }) async throws {
        var configuration = TestCloud.configuration
        change(&configuration)
        let clock = TestClock()
        self.clock = clock
        state = try await CloudState(
            configuration, now: { clock.now }, wallClock: { clock.date }, logger: TestCloud.logger)
        front = Front(state)
    }

    static var configuration: CloudConfiguration {
        let cloud = MockCloudConfiguration(
            cidr: IPv4Network("10.0.0.0/16")!,
            subnets: [
                .init(
                    id: SubnetID(subnet), cidr: IPv4Network("10.0.1.0/24")!,
                    ipv6CIDR: IPv6Network("2001:db8:0:1::/64")!, zone: "us-east-1a", tags: ["tier": "pods"]),
                .init(id: SubnetID(tiny), cidr: IPv4Network("10.0.2.0/28")!, zone: "us-east-1a"),
            ])
        let limits = ModelVPC.Limits(interfaces: 3, ipv4PerInterface: 10, ipv6PerInterface: 10, vCPUs: 2)
        return CloudConfiguration(
            cloud: cloud,
            instances: [
                .init(id: .init(rawValue: node), type: "m5.large", limits: limits, subnet: .init(rawValue: subnet)),
                .init(
                    id: .init(rawValue: old), type: "t2.small",
                    limits: .init(interfaces: 3, ipv4PerInterface: 4, supportsPrefixes: false),
                    subnet: .init(rawValue: subnet)),
            ])
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// The id of an instance's primary interface.
    func primary(of instance: String = node) async throws -> String {
        let described = try await call("DescribeInstances", ["InstanceId.1": instance])
        return try #require(described.values("networkInterfaceId").first)
    }

    /// Makes a call of the EC2 API.
    func call(_ action: String, _ parameters: [String: String] = [:]) async throws -> Answer {
        let all = parameters.merging(["Action": action, "Version": "2016-11-15"]) { given, _ in given }
        return try await post(TestCloud.form(all))
    }

    static func form(_ parameters: [String: String]) -> String {
        let allowed = CharacterSet.alphanumerics
        return parameters.map { name, value in
            "\(name)=\(value.addingPercentEncoding(withAllowedCharacters: allowed) ?? "")"
        }.sorted().joined(separator: "&")
    }

    func post(_ body: String, headers: HTTPFields = [:]) async throws -> Answer {
        try await send(.post, "/", headers: headers, body: Array(body.utf8))
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, headers: HTTPFields = [:], body: [UInt8] = [],
        authority: String = "127.0.0.1"
    ) async throws -> Answer {
        let head = HTTPRequest(method: method, scheme: "http", authority: authority, path: path, headerFields: headers)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let context = CloudContext(source: .init(channel: EmbeddedChannel(), logger: TestCloud.logger))
        let response = try await front.respond(to: request, context: context)
        let collector = Collector()
        try await response.body.write(collector)
        return Answer(status: response.status.code, headers: response.headers, body: collector.text)
    }
}

/// What a dialect answered.
struct Answer {
    let status: Int
    let headers: HTTPFields
    let body: String

    /// The texts of all elements of this name that hold only text, in their order.
    func values(_ element: String) -> [String] {
        body.components(separatedBy: "<\(element)>").dropFirst().compactMap {
            guard let end = $0.range(of: "<"), $0[end.lowerBound...].hasPrefix("</\(element)>") else { return nil }
            return String($0[..<end.lowerBound])
        }
    }

    /// The code of the error; `nil` in an answer without one.
    var code: String? { values("Code").first }
}

/// Keeps what a response's body writes.
private final class Collector: ResponseBodyWriter {
    private(set) var text = ""

    func write(_ buffer: ByteBuffer) async throws {
        text += String(buffer: buffer)
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}

/// A clock and a calendar that the test moves.
final class TestClock: Sendable {
    private let elapsed = Mutex(Duration.zero)

    var now: Instant { .origin + elapsed.withLock { $0 } }
    var date: Date { TestCloud.exampleDate.addingTimeInterval(elapsed.withLock { $0.inSeconds }) }

    func advance(_ duration: Duration) {
        elapsed.withLock { $0 += duration }
    }
}
