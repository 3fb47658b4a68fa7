import Addressing
import CNetlink
import Glibc

/// Follows the interfaces of a namespace: `ip monitor link`.
public final class LinkMonitor {
    /// What happened to an interface.
    public enum Event: Hashable, Sendable {
        /// It is new or changed; this is its present state.
        case changed(Link)
        /// It is gone; this was its last state.
        case deleted(Link)
    }

    private let socket: NetlinkSocket

    /// Starts to follow the namespace of a socket, which from now on serves nothing else: what happens after this
    /// returns is reported.
    ///
    /// - Throws: a ``NetlinkError``.
    public init(_ socket: consuming sending NetlinkSocket) throws(NetlinkError) {
        guard nl_socket_add_membership(socket.handle, Int32(RTNLGRP_LINK.rawValue)) == 0 else {
            throw NetlinkError(operation: "ip monitor link", code: errno)
        }
        self.socket = socket
    }

    /// The socket, for poll(2): it is readable when events are waiting.
    public var descriptor: Int32 { nl_socket_get_fd(socket.handle) }

    /// An error that came after events; it is thrown when these are delivered.
    private var deferred: NetlinkError?

    /// The events that are waiting, oldest first; empty where there are none. Never blocks. Is called until it returns
    /// none.
    ///
    /// - Throws: a ``NetlinkError`` with `ENOBUFS` where the kernel dropped events because nobody read them in time:
    ///   the caller then reads the links anew (``NetlinkSocket/links()``) and goes on.
    public func read() throws(NetlinkError) -> [Event] {
        if let error = deferred {
            deferred = nil
            throw error
        }
        var events: [Event] = []
        do {
            while true {
                try socket.receive(operation: "ip monitor link", flags: Int32(MSG_DONTWAIT)) { header in
                    guard let object = NetlinkObject(header), let link = Link(object) else { return }
                    let isDeletion = header.pointee.nlmsg_type == UInt16(RTM_DELLINK)
                    events.append(isDeletion ? .deleted(link) : .changed(link))
                }
            }
        } catch  where error.code == EAGAIN {
            return events
        } catch  where !events.isEmpty {
            deferred = error
            return events
        }
    }
}
