import Foundation
import Glibc
import Identity
import JSON
import Testing
import Timekeeping

@testable import ControlProtocol

/// The client against daemons that are not there, hang, or answer nonsense.
@Suite struct ControlClientTests {
    private let path = "/tmp/warmpool-client-\(UUID().uuidString.prefix(8)).sock"

    @Test func noSocketMeansThatTheDaemonIsDown() {
        #expect {
            try ControlClient(socketPath: path).perform(.status, within: .seconds(1))
        } throws: { error in
            guard case ControlError.daemonDown(let socket, _) = error else { return false }
            return socket == path && "\(error)".contains("systemctl start warmpoold")
        }
    }

    @Test func aPathThatIsTooLongIsSaidSo() {
        let long = "/tmp/" + String(repeating: "x", count: 200)
        #expect {
            try ControlClient(socketPath: long).perform(.status, within: .seconds(1))
        } throws: { "\($0)".contains("longer than a socket's path may be") }
    }

    @Test func aDaemonThatHangsIsGivenUp() throws {
        let listener = try Listener(path) { _ in nil }
        #expect {
            try ControlClient(socketPath: path).perform(.status, within: .milliseconds(10))
        } throws: { error in
            if case ControlError.timedOut(path, _) = error { true } else { false }
        }
        listener.stop()
    }

    @Test func aDaemonThatTakesNoConnectionsIsGivenUp() throws {
        let hanging = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let address = try #require(UnixSocketAddress(path: path))
        #expect(address.withAddress { bind(hanging, $0, $1) } == 0)
        #expect(listen(hanging, 0) == 0)
        let first = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #expect(address.withAddress { connect(first, $0, $1) } == 0)
        #expect {
            try ControlClient(socketPath: path).perform(.status, within: .milliseconds(10))
        } throws: { error in
            if case ControlError.timedOut(path, _) = error { true } else { false }
        }
        for descriptor in [first, hanging] { close(descriptor) }
        unlink(path)
    }

    @Test func aConnectionThatBreaksIsToldFromAHang() throws {
        let listener = try Listener(path) { _ in [] }
        #expect {
            try ControlClient(socketPath: path).perform(.status, within: .seconds(5))
        } throws: { error in
            if case ControlError.disconnected(path, _) = error { true } else { false }
        }
        listener.stop()
    }

    @Test(
        arguments: [
            [0, 0, 0, 3, 0x7b, 0x7d, 0x7d], [0xff, 0xff, 0xff, 0xff], [0, 0, 0, 2, 0x5b, 0x5d],
        ] as [[UInt8]])
    func nonsenseIsAMalformedReply(_ reply: [UInt8]) throws {
        let listener = try Listener(path) { _ in reply }
        #expect {
            try ControlClient(socketPath: path).perform(.status, within: .seconds(5))
        } throws: { error in
            if case ControlError.malformedReply = error { true } else { false }
        }
        listener.stop()
    }

    @Test func aFailureIsThrownAsItIs() throws {
        let failure = Reply.Failure(.refused, "full", cause: "enis-full")
        let listener = try Listener(path) { _ in try? Frame.bytes(Reply.failure(failure)) }
        #expect(throws: failure) {
            try ControlClient(socketPath: path).perform(.status, within: .seconds(5))
        }
        listener.stop()
    }

    @Test func aResultIsRead() throws {
        let readiness = Readiness(isReady: false, reason: "starting")
        let listener = try Listener(path) { request in
            #expect(request.command.name == "status")
            return try? Frame.bytes(Reply.success(JSONCoding.encode(readiness)))
        }
        let answer: Readiness = try ControlClient(socketPath: path).call(.status, within: .seconds(5))
        #expect(answer == readiness)
        listener.stop()
    }
}

/// A daemon that takes one request and answers with bytes: none closes the connection, `nil` leaves it hanging.
private final class Listener: Sendable {
    private let descriptor: Int32
    private let path: String

    init(_ path: String, answer: @escaping @Sendable (Request) -> [UInt8]?) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(status == 0 && listen(descriptor, 1) == 0)
        let listener = descriptor
        Thread.detachNewThread {
            let peer = accept(listener, nil, nil)
            var header = [UInt8](repeating: 0, count: 4)
            guard recv(peer, &header, 4, Int32(MSG_WAITALL)) == 4, let length = Frame.length(header) else { return }
            var body = [UInt8](repeating: 0, count: length)
            guard recv(peer, &body, length, Int32(MSG_WAITALL)) == length,
                let request = try? JSONCoding.decode(Request.self, from: body)
            else { return }
            if let reply = answer(request) {
                send(peer, reply, reply.count, Int32(MSG_NOSIGNAL))
                close(peer)
            }
        }
    }

    func stop() {
        close(descriptor)
        unlink(path)
    }
}
