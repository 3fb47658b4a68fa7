import ControlProtocol
import Glibc

/// Tells systemd how the service fares, where systemd asks for it (source: sd_notify(3)).
public struct SystemdNotifier: Sendable {
    private let address: UnixSocketAddress?

    /// - Parameter environment: `NOTIFY_SOCKET` names the socket; without it nothing is told.
    public init(environment: [String: String]) {
        address = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : UnixSocketAddress(path: $0) }
    }

    /// The service serves; `status` is what `systemctl status` shows.
    func ready(status: String) {
        send("READY=1\nSTATUS=\(status)")
    }

    /// The service reads its configuration again. ``ready(status:)`` ends this.
    func reloading() {
        // systemd takes this for the answer to a reload that it asked for before this moment.
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        send("RELOADING=1\nMONOTONIC_USEC=\(time.tv_sec * 1_000_000 + time.tv_nsec / 1000)")
    }

    func stopping() {
        send("STOPPING=1")
    }

    /// A failure to send is no failure of the service.
    private func send(_ state: String) {
        guard let address else { return }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(state.utf8)
        _ = address.withAddress { sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, $1) }
    }
}
