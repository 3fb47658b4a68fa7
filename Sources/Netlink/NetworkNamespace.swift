import CNetlink
import Glibc
import Synchronization

/// An open reference to a network namespace; the namespace lives at least as long as this object.
public final class NetworkNamespace: Sendable {
    /// Where it was opened, for messages.
    public let path: String
    let descriptor: Int32

    /// Opens the namespace that is mounted or linked at `path`, such as `/run/netns/NAME` or `/proc/PID/ns/net`.
    ///
    /// - Throws: a ``NetlinkError`` with `ENOENT` where nothing is there, and `EINVAL` where a file is there that isn't
    ///   a network namespace (for example the mount point of one that is gone).
    public init(path: String) throws(NetlinkError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw NetlinkError(operation: "open network namespace \(path)", code: errno)
        }
        guard namespace_type(descriptor) == CLONE_NEWNET else {
            close(descriptor)
            throw NetlinkError(
                operation: "open network namespace \(path)", code: EINVAL,
                kernelMessage: "the file is not a network namespace")
        }
        self.path = path
        self.descriptor = descriptor
    }

    /// Opens a namespace made by `ip netns add NAME`.
    ///
    /// - Throws: what ``init(path:)`` throws.
    public convenience init(named name: String) throws(NetlinkError) {
        try self.init(path: "/run/netns/\(name)")
    }

    deinit {
        close(descriptor)
    }

    /// The namespace of the calling thread.
    ///
    /// - Throws: a ``NetlinkError`` where `/proc` isn't mounted.
    public static func current() throws(NetlinkError) -> NetworkNamespace {
        try NetworkNamespace(path: "/proc/thread-self/ns/net")
    }

    /// Moves the calling thread into the namespace, for good.
    ///
    /// Only for a process with one thread, or a thread made for it: on a thread of Swift's cooperative pool, every task
    /// that later happens to run there would be in the wrong namespace. ``run(_:)`` has no such danger.
    ///
    /// - Throws: a ``NetlinkError`` with `EPERM` without CAP_SYS_ADMIN.
    public func enter() throws(NetlinkError) {
        guard setns(descriptor, CLONE_NEWNET) == 0 else {
            throw NetlinkError(operation: "ip netns exec \(path)", code: errno)
        }
    }

    /// Runs `body` inside the namespace, on a thread made for it, and waits for it.
    ///
    /// Sockets that it opens stay in the namespace and can be used from anywhere afterwards; `/proc/sys/net` shows the
    /// namespace only inside `body`.
    ///
    /// - Throws: a ``NetlinkError`` where no thread can be made or the namespace can't be entered. A body that can fail
    ///   returns a `Result`.
    public func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) throws(NetlinkError) -> Value {
        let outcome = Outcome<Value>()
        try runOnNewThread { [self] in
            let result: Result<Value, NetlinkError>
            do throws(NetlinkError) {
                try enter()
                result = .success(body())
            } catch {
                result = .failure(error)
            }
            outcome.result.withLock { $0 = result }
        }
        guard let result = outcome.result.withLock({ $0 }) else {
            throw NetlinkError(operation: "ip netns exec \(path)", code: ESRCH)
        }
        return try result.get()
    }
}

private final class Outcome<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, NetlinkError>?>(nil)
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) {
        self.run = run
    }
}

/// Runs `body` on a new thread and returns when that has ended.
private func runOnNewThread(_ body: @escaping @Sendable () -> Void) throws(NetlinkError) {
    let argument = Unmanaged.passRetained(ThreadBody(body))
    var thread = pthread_t()
    let code = pthread_create(
        &thread, nil,
        { argument in
            guard let argument else { return nil }
            Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, argument.toOpaque())
    guard code == 0 else {
        argument.release()
        throw NetlinkError(operation: "start a thread", code: code)
    }
    pthread_join(thread, nil)
}

extension NetworkNamespace {
    /// The inode of the calling thread's namespace, which no other namespace has while it lives.
    ///
    /// - Throws: a ``NetlinkError`` where `/proc` isn't mounted.
    public static func currentInode() throws(NetlinkError) -> UInt64 {
        var status = stat()
        guard stat("/proc/thread-self/ns/net", &status) == 0 else {
            throw NetlinkError(operation: "ip netns identify", code: errno)
        }
        return UInt64(status.st_ino)
    }

    /// Whether the calling thread is in this namespace.
    ///
    /// - Throws: a ``NetlinkError`` where `/proc` isn't mounted.
    public var isCurrent: Bool {
        get throws(NetlinkError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else {
                throw NetlinkError(operation: "ip netns identify", code: errno)
            }
            return try UInt64(status.st_ino) == NetworkNamespace.currentInode()
        }
    }
}
