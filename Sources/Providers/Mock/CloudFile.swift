import FoundationEssentials
import Glibc
import Pool

/// A cloud in a file that several processes share. Every method blocks.
///
/// Whoever changes the file holds a lock on `<path>.lock` from reading to writing. A new content replaces the old one in
/// one step, so that reading needs no lock and a failed write loses nothing. It is not forced to the disk: the pods that
/// use its addresses do not outlive the machine.
struct CloudFile: Sendable {
    let path: String

    /// How long another process may hold the lock, which it does for milliseconds.
    private static let patience = Duration.seconds(5)

    /// The cloud as it was last written.
    ///
    /// - Throws: ``ProviderError/unreachable(_:)`` when the file is missing or unreadable,
    ///   ``ProviderError/malformedReply(_:)`` when it holds no cloud.
    func read() throws(ProviderError) -> SavedCloud {
        guard let content = try content() else {
            throw .unreachable(
                "the cloud file \(path) is missing: restore it, or restart the daemon to begin a new cloud")
        }
        return try decode(content)
    }

    /// Changes the cloud.
    ///
    /// - Parameter beginning: the cloud to begin with when there is no file; `nil`: a missing file is an error.
    /// - Throws: as ``read()``; and ``ProviderError/transient(status:_:)`` when the file or its lock cannot be written,
    ///   in which case the file is as it was.
    func update<Value>(
        orBeginWith beginning: SavedCloud?, _ body: (inout SavedCloud) -> Value
    ) throws(ProviderError) -> Value {
        let lock = try lock()
        defer { close(lock) }
        var saved: SavedCloud
        if let beginning, access(path, F_OK) != 0, errno == ENOENT {
            saved = beginning
        } else {
            saved = try read()
        }
        let value = body(&saved)
        try write(saved)
        return value
    }

    /// - Returns: the descriptor that holds the lock until it is closed.
    private func lock() throws(ProviderError) -> CInt {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .transient(
                status: nil, "cannot open \(lockPath) (\(errorText)): see to it that the daemon may write there")
        }
        let deadline = ContinuousClock.now + CloudFile.patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR, ContinuousClock.now < deadline else {
                let reason = errorText
                close(descriptor)
                throw .transient(
                    status: nil, "cannot lock \(lockPath) (\(reason)): see which process holds it with 'fuser'")
            }
            usleep(1000)
        }
        return descriptor
    }

    /// What is in the file; `nil` if there is none.
    private func content() throws(ProviderError) -> Data? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .unreachable("cannot open the cloud file \(path): \(errorText)")
        }
        defer { close(descriptor) }
        var content = Data()
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return content }
            if count > 0 {
                content.append(contentsOf: chunk[..<count])
            } else if errno != EINTR {
                throw .unreachable("cannot read the cloud file \(path): \(errorText)")
            }
        }
    }

    private func decode(_ content: Data) throws(ProviderError) -> SavedCloud {
        let reason: String
        do {
            let saved = try JSONDecoder().decode(SavedCloud.self, from: content)
            if saved.version == SavedCloud.currentVersion { return saved }
            reason = "version \(saved.version) instead of \(SavedCloud.currentVersion)"
        } catch {
            reason = "\(error)"
        }
        throw .malformedReply(
            "the cloud file \(path) holds no cloud (\(reason)): restore it, or remove it and restart the daemon to "
                + "begin a new cloud")
    }

    private func write(_ saved: SavedCloud) throws(ProviderError) {
        let new = path + ".new"
        do {
            let content = try JSONEncoder().encode(saved)
            try replace(with: content, by: new)
        } catch {
            unlink(new)
            throw .transient(
                status: nil, "cannot write the cloud file \(path) (\(error)): the cloud is as it was before the call")
        }
    }

    private func replace(with content: Data, by new: String) throws {
        let descriptor = open(new, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError(errorText) }
        var rest = Array(content)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                let error = SystemError(errorText)
                close(descriptor)
                throw error
            }
        }
        guard close(descriptor) == 0, rename(new, path) == 0 else { throw SystemError(errorText) }
    }

    private struct SystemError: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    private var errorText: String { String(cString: strerror(errno)) }
}
