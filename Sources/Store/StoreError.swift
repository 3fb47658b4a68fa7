/// Why the store could not do its work.
public enum StoreError: Error, Sendable, CustomStringConvertible {
    /// The file cannot be opened or made.
    case cannotOpen(path: String, String)
    /// Another process has the store open.
    case inUse(path: String)
    /// A newer version of Warmpool wrote the file.
    case tooNew(path: String)
    /// The disk is full, read-only or failing: nothing of the transaction was stored.
    case cannotWrite(path: String, String)
    /// The disk is failing.
    case cannotRead(path: String, String)

    public var description: String {
        switch self {
        case .cannotOpen(let path, let why):
            "the store \(path) cannot be opened (\(why)); check that its directory exists and that root may write it"
        case .inUse(let path): "the store \(path) is in use by another warmpoold; stop that one first"
        case .tooNew(let path):
            "the store \(path) was written by a newer version of warmpoold; start that version, or move the file "
                + "away to rebuild the state from the provider and the kernel"
        case .cannotWrite(let path, let why):
            "the store \(path) cannot be written (\(why)); free space on its disk or mount it writable"
        case .cannotRead(let path, let why): "the store \(path) cannot be read (\(why))"
        }
    }
}
