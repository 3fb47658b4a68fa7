import NIOCore
import NIOPosix
import Netlink
import PodNetwork

/// Deletes the links of pods. An interface is gone for everybody half a millisecond after the request, but the requester
/// is kept waiting for the kernel's grace periods, some 20 ms: so threads of their own wait, and those who asked are
/// told when the kernel announces that the link is gone.
///
/// Confined to its event loop; the threads live as long as the process. What is asked for while all threads wait goes into one request and shares its grace
/// periods.
final class LinkReaper: @unchecked Sendable {
    // @unchecked: everything mutable is touched on `eventLoop` only, which each entry point checks.

    /// Told on the event loop: why links are still there, by their names; nothing when all are gone.
    typealias Completion = @Sendable ([String: String]) -> Void

    /// How many requests to the kernel are under way at most.
    private static let maximumInFlight = 12

    private struct Order {
        var left: Set<String>
        var problems: [String: String] = [:]
        let done: Completion
    }

    private let network: PodNetwork
    private let eventLoop: any EventLoop
    private let threads = NIOThreadPool(numberOfThreads: LinkReaper.maximumInFlight)
    private var orders: [Order] = []
    /// What to disconnect with the next request, by the host end's name.
    private var queue: [String: AttachmentName] = [:]
    /// The requests under way, each with those of its links that nobody has announced as gone. A link that is gone must
    /// not be asked for again: one that has its name since then is another pod's.
    private var inFlight: [Int: Set<String>] = [:]
    private var lastRequest = 0
    private var whenIdle: [@Sendable () -> Void] = []

    init(layout: NetworkLayout, eventLoop: any EventLoop) {
        network = PodNetwork(layout: layout)
        self.eventLoop = eventLoop
        threads.start()
    }

    /// Deletes the links of attachments; those that are not there are gone already.
    func delete(_ attachments: [AttachmentName], _ done: @escaping Completion) {
        eventLoop.preconditionInEventLoop()
        guard !attachments.isEmpty else { return done([:]) }
        let names = Dictionary(attachments.map { ($0.hostInterface, $0) }, uniquingKeysWith: { $1 })
        orders.append(Order(left: Set(names.keys), done: done))
        for (name, attachment) in names where !inFlight.values.contains(where: { $0.contains(name) }) {
            queue[name] = attachment
        }
        send()
    }

    /// The kernel announced that a link is gone.
    func linkIsGone(_ name: String) {
        eventLoop.preconditionInEventLoop()
        queue[name] = nil
        for request in inFlight.keys { inFlight[request]?.remove(name) }
        settle([name], problems: [:])
    }

    /// Calls `done` when everything that was asked for is done, and ends the threads.
    func stop(_ done: @escaping @Sendable () -> Void) {
        eventLoop.preconditionInEventLoop()
        whenIdle.append { [threads] in
            threads.shutdownGracefully { _ in }
            done()
        }
        tellIfIdle()
    }

    private func send() {
        guard inFlight.count < LinkReaper.maximumInFlight, !queue.isEmpty else { return }
        let attachments = Array(queue.values)
        let names = Set(queue.keys)
        queue = [:]
        lastRequest += 1
        let request = lastRequest
        inFlight[request] = names
        threads.runIfActive(eventLoop: eventLoop) { [network] in
            try network.tearDown(attachments, host: NetlinkSocket())
        }.whenComplete { [self] result in
            let left = inFlight.removeValue(forKey: request) ?? []
            switch result {
            case .success(let failures): settle(left, problems: failures.mapValues(\.description))
            case .failure(let error):
                settle(left, problems: Dictionary(uniqueKeysWithValues: left.map { ($0, "\(error)") }))
            }
            send()
        }
    }

    private func settle(_ names: Set<String>, problems: [String: String]) {
        for index in orders.indices {
            for name in orders[index].left.intersection(names) {
                orders[index].left.remove(name)
                orders[index].problems[name] = problems[name]
            }
        }
        let finished = orders.filter(\.left.isEmpty)
        orders.removeAll(where: \.left.isEmpty)
        for order in finished { order.done(order.problems) }
        tellIfIdle()
    }

    private func tellIfIdle() {
        guard orders.isEmpty else { return }
        let told = whenIdle
        whenIdle = []
        for tell in told { tell() }
    }
}
