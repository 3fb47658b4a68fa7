import Glibc

/// A listener that never accepts and whose queue is full, so that a further connection hangs.
final class FullServer {
    let url: String
    private var descriptors: [Int32] = []

    init() throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        descriptors = [listener]
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var fillers: [Int32] = []
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(listener, pointer, size)
                _ = listen(listener, 0)
                _ = getsockname(listener, pointer, &size)
                // A queue of length 0 takes one; what comes on top is left without an answer.
                for _ in 0..<2 {
                    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
                    let filler = socket(AF_INET, kind, 0)
                    _ = connect(filler, pointer, size)
                    fillers.append(filler)
                }
            }
        }
        descriptors += fillers
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))/"
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}
