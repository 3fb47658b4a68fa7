import Dispatch
import NIOCore
import Netlink

/// Follows the interfaces of the node and tells agent and host network what comes and goes.
final class LinkWatcher: @unchecked Sendable {
    // @unchecked: a dispatch source may be cancelled from anywhere.
    private let source: any DispatchSourceRead

    private init(source: any DispatchSourceRead) {
        self.source = source
    }

    /// Begins to follow.
    ///
    /// - Throws: `NetlinkError` where no socket can be opened.
    static func start(agent: NodeAgent) throws -> LinkWatcher {
        let monitor = try LinkMonitor(NetlinkSocket())
        let queue = DispatchQueue(label: "warmpool.links")
        let source = DispatchSource.makeReadSource(fileDescriptor: monitor.descriptor, queue: queue)
        let reader = Reader(monitor: monitor, agent: agent)
        source.setEventHandler { reader.read() }
        source.activate()
        return LinkWatcher(source: source)
    }

    func stop() {
        source.cancel()
    }
}

/// Reads the monitor, on the queue of the source alone.
private final class Reader: @unchecked Sendable {
    // @unchecked: `monitor` is used on one serial queue only.
    private let monitor: LinkMonitor
    private let agent: NodeAgent

    init(monitor: LinkMonitor, agent: NodeAgent) {
        self.monitor = monitor
        self.agent = agent
    }

    func read() {
        do throws(NetlinkError) {
            while case let events = try monitor.read(), !events.isEmpty {
                agent.eventLoop.execute { [agent] in
                    agent.assumeIsolated { agent in
                        for event in events { agent.linkEvent(event) }
                    }
                }
            }
        } catch {
            // The kernel dropped events: who waits for a deletion is told by the kernel's answer, who waits for an
            // interface looks again, and the next reconciliation repairs the rest.
            agent.eventLoop.execute { [agent] in agent.assumeIsolated { $0.linkEventsWereLost() } }
        }
    }
}
