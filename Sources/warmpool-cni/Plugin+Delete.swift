import CNI
import ControlProtocol
import Identity
import Netlink
import PodNetwork

extension Plugin {
    /// DEL: the daemon removes the interface and takes the address back. Without a daemon the interface is removed
    /// here, and the daemon releases the address when it finds that the interface is gone.
    func delete(_ pod: PodInterface) throws(CNIError) {
        let attachment = identity(pod)
        do {
            try daemon.perform(.delete(attachment), within: .seconds(4))
            log.info("DEL \(attachment)")
        } catch {
            log.error("DEL \(attachment) without the daemon: \(error)")
            do {
                if let problem = try removeInterface(AttachmentName(attachment), host: NetlinkSocket()) {
                    throw problem
                }
            } catch {
                throw cniError(error)
            }
        }
    }

    /// GC: everything of this network that does not live is removed, as much as can be; then one error, if any.
    func collectGarbage(keeping valid: Set<PodInterface>) throws(CNIError) {
        let living = valid.map(identity)
        let command = CollectCommand(network: configuration.name.description, valid: living)
        do {
            let reply: CollectReply = try daemon.call(.collect(command), within: .seconds(30))
            log.info("GC removed \(reply.removed.count) attachments")
            guard reply.failures.isEmpty else {
                throw CNIError(
                    .ioFailure, "GC could not remove everything", details: reply.failures.joined(separator: "; "))
            }
        } catch let error as ControlError {
            let problem = removeInterfaces(keeping: Set(living)).map { "; " + $0 } ?? ""
            throw CNIError(
                .tryAgainLater, error.description,
                details: "the interfaces are removed, the addresses are released when the daemon runs again" + problem)
        } catch {
            throw cniError(error)
        }
    }

    /// Removes one interface without the daemon: alone, because which group is free for many is the daemon's to know.
    ///
    /// - Returns: why it is still there.
    private func removeInterface(
        _ attachment: AttachmentName, host: NetlinkSocket
    ) throws(PodNetworkError) -> PodNetworkError? {
        try PodNetwork().tearDown([attachment], host: host).values.first
    }

    /// Removes the interfaces of this network's dead pods without the daemon.
    ///
    /// - Returns: what could not be done.
    private func removeInterfaces(keeping living: Set<AttachmentID>) -> String? {
        do {
            let host = try NetlinkSocket()
            let dead = try PodNetwork().pods(host: host).compactMap(\.attachment).filter {
                $0.id.network == configuration.name.description && !living.contains($0.id)
            }
            let problems = try dead.compactMap { try removeInterface($0, host: host)?.description }
            return problems.isEmpty ? nil : problems.joined(separator: "; ")
        } catch {
            return "\(error)"
        }
    }
}
