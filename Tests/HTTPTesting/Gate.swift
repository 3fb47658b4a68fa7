import Dispatch
import Synchronization

/// Something that happens once, for tasks and for the threads of a ``TestServer`` to wait for.
public final class Gate: Sendable {
    private let group = DispatchGroup()
    private let isOpen = Atomic(false)

    public init() {
        group.enter()
    }

    deinit {
        open()
    }

    public func open() {
        if !isOpen.exchange(true, ordering: .sequentiallyConsistent) { group.leave() }
    }

    /// Blocks the thread: for a server's script, never for a task.
    public func block() {
        group.wait()
    }

    public func wait() async {
        await withCheckedContinuation { continuation in
            group.notify(queue: .global()) { continuation.resume() }
        }
    }
}
