import Glibc
import Netlink

/// One file under `/proc/sys/net`, of the network namespace that the calling thread is in.
struct KernelSetting {
    let path: String

    /// `net.ipv4.ip_forward`: whether packets are passed on from one interface to another.
    static let forwarding = KernelSetting(path: "/proc/sys/net/ipv4/ip_forward")

    /// `net.ipv6.conf.all.forwarding`: the same in IPv6.
    static let forwardingIPv6 = KernelSetting(path: "/proc/sys/net/ipv6/conf/all/forwarding")

    /// `net.ipv6.conf.default.disable_ipv6`: whether interfaces that are made from now on have no IPv6.
    static let newInterfacesWithoutIPv6 = KernelSetting(path: "/proc/sys/net/ipv6/conf/default/disable_ipv6")

    /// `net.ipv6.conf.NAME.disable_ipv6`: whether an interface that is there has no IPv6.
    static func withoutIPv6(_ interface: String) -> KernelSetting {
        KernelSetting(path: "/proc/sys/net/ipv6/conf/\(interface)/disable_ipv6")
    }

    /// `net.ipv4.conf.NAME.rp_filter`: whether a packet's source must be reachable by the interface it came in (1), by
    /// any (2), or needn't (0).
    static func reversePathFilter(_ interface: String) -> KernelSetting {
        KernelSetting(path: "/proc/sys/net/ipv4/conf/\(interface)/rp_filter")
    }

    /// `net.ipv6.conf.NAME.accept_ra`: whether IPv6 routers may configure the interface: not (0), unless this machine
    /// forwards packets itself (1), or in any case (2).
    static func acceptRouterAdvertisements(_ interface: String) -> KernelSetting {
        KernelSetting(path: "/proc/sys/net/ipv6/conf/\(interface)/accept_ra")
    }

    /// The text without the final newline.
    ///
    /// - Throws: a ``NetlinkError``; with `ENOENT` where the kernel has no such setting.
    func read() throws(NetlinkError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(operation: "cat \(path)", code: errno) }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw NetlinkError(operation: "cat \(path)", code: errno) }
        return String(decoding: buffer.prefix(count).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    }

    /// - Throws: a ``NetlinkError``; with `ENOENT` where the kernel has no such setting.
    func write(_ value: String) throws(NetlinkError) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw NetlinkError(operation: "echo \(value) > \(path)", code: errno) }
        defer { close(descriptor) }
        let bytes = Array(value.utf8)
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw NetlinkError(operation: "echo \(value) > \(path)", code: errno)
        }
    }
}
