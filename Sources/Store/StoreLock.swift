import Glibc

/// Keeps a second daemon from the same store: two pools over one store would hand an address out twice. The kernel
/// releases it with the process, however that ends.
final class StoreLock: Sendable {
    private let descriptor: Int32

    /// - Parameter store: the store's path; the lock is a file beside it that stays.
    init(store: String) throws(StoreError) {
        descriptor = open(store + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .cannotOpen(path: store, String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK { throw .inUse(path: store) }
            throw .cannotOpen(path: store, "flock: " + String(cString: strerror(code)))
        }
    }

    deinit {
        // Not by closing alone: a child process on its way to another program has the descriptor for a moment longer.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
