import Addressing
import Simulator
import Testing

/// What kube-proxy does on a node for one service with one endpoint, in two of its modes: the same hooks, priorities and
/// marks.
struct KubeProxy: Sendable {
    /// How the rules come into the kernel.
    enum Mode: String, CaseIterable, Sendable {
        case iptables, nftables
    }

    /// Which clients of a NodePort keep their address (`externalTrafficPolicy`).
    enum Policy: String, Sendable {
        /// The endpoint is on this node and sees the client.
        case local
        /// The endpoint is anywhere and sees this node.
        case cluster
    }

    let mode: Mode
    let endpoint: IPv4Address
    var policy = Policy.local

    /// The service's address, which is in no network.
    static let clusterIP = IPv4Address(bits: 0x0a60_000a)
    /// The address of a service without endpoints, whose packets are marked to be dropped.
    static let deserted = IPv4Address(bits: 0x0a60_000b)
    static let port: UInt16 = 80
    static let nodePort: UInt16 = 30080
    /// The port of the endpoint.
    private static let target = 8080

    /// Runs `body` while the rules are on a node.
    func serve(
        on node: SimulatedNode, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void
    ) async throws {
        try await shell(installation, in: node.netns)
        do {
            try await body()
        } catch {
            try await shell(removal, in: node.netns)
            throw error
        }
        try await shell(removal, in: node.netns)
    }

    /// How many packets were dropped because of their mark.
    func droppedPackets(on node: SimulatedNode) async throws -> Int {
        let listing = try await shell(
            mode == .iptables ? "iptables-nft -nvxL KUBE-FIREWALL" : "nft list chain ip kube-proxy firewall",
            in: node.netns)
        let words = listing.split { $0 == " " || $0 == "\n" }
        let count =
            switch mode {
            case .iptables: words.firstIndex(of: "DROP").map { words[$0 - 2] }
            case .nftables: words.firstIndex(of: "packets").map { words[$0 + 1] }
            }
        return count.flatMap { Int($0) } ?? -1
    }

    private var installation: String {
        switch mode {
        case .iptables: "iptables-nft-restore --noflush <<'END'\n\(iptables)END\n"
        case .nftables: "nft -f - <<'END'\n\(nftables)END\n"
        }
    }

    private var removal: String {
        switch mode {
        case .iptables: "for table in nat filter; do iptables-nft -t $table -F; iptables-nft -t $table -X; done"
        case .nftables: "nft delete table ip kube-proxy"
        }
    }

    private var iptables: String {
        """
        *nat
        :KUBE-SERVICES - [0:0]
        :KUBE-NODEPORTS - [0:0]
        :KUBE-SEP - [0:0]
        :KUBE-MARK-MASQ - [0:0]
        :KUBE-MARK-DROP - [0:0]
        :KUBE-POSTROUTING - [0:0]
        -A PREROUTING -j KUBE-SERVICES
        -A OUTPUT -j KUBE-SERVICES
        -A POSTROUTING -j KUBE-POSTROUTING
        -A KUBE-SERVICES -d \(KubeProxy.clusterIP)/32 -p tcp --dport \(KubeProxy.port) -j KUBE-SEP
        -A KUBE-SERVICES -d \(KubeProxy.deserted)/32 -j KUBE-MARK-DROP
        -A KUBE-SERVICES -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS
        \(policy == .cluster ? "-A KUBE-NODEPORTS -p tcp --dport \(KubeProxy.nodePort) -j KUBE-MARK-MASQ" : "")
        -A KUBE-NODEPORTS -p tcp --dport \(KubeProxy.nodePort) -j KUBE-SEP
        -A KUBE-SEP -s \(endpoint)/32 -j KUBE-MARK-MASQ
        -A KUBE-SEP -p tcp -j DNAT --to-destination \(endpoint):\(KubeProxy.target)
        -A KUBE-MARK-MASQ -j MARK --or-mark 0x4000
        -A KUBE-MARK-DROP -j MARK --or-mark 0x8000
        -A KUBE-POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN
        -A KUBE-POSTROUTING -j MARK --xor-mark 0x4000
        -A KUBE-POSTROUTING -j MASQUERADE --random-fully
        COMMIT
        *filter
        :KUBE-FIREWALL - [0:0]
        -A FORWARD -j KUBE-FIREWALL
        -A KUBE-FIREWALL -m mark --mark 0x8000/0x8000 -j DROP
        COMMIT

        """
    }

    private var nftables: String {
        """
        table ip kube-proxy {
            chain mark-for-masquerade { meta mark set meta mark | 0x4000; }
            chain mark-for-drop { meta mark set meta mark | 0x8000; }
            chain endpoint {
                ip saddr \(endpoint) jump mark-for-masquerade
                ip protocol tcp dnat to \(endpoint):\(KubeProxy.target)
            }
            chain external {
                \(policy == .cluster ? "jump mark-for-masquerade" : "")
                goto endpoint
            }
            chain services {
                ip daddr \(KubeProxy.clusterIP) tcp dport \(KubeProxy.port) goto endpoint
                ip daddr \(KubeProxy.deserted) jump mark-for-drop
                fib daddr type local tcp dport \(KubeProxy.nodePort) goto external
            }
            chain nat-prerouting { type nat hook prerouting priority dstnat; jump services; }
            chain nat-output { type nat hook output priority -100; jump services; }
            chain nat-postrouting {
                type nat hook postrouting priority srcnat
                meta mark & 0x4000 == 0 return
                meta mark set meta mark ^ 0x4000
                masquerade fully-random
            }
            chain firewall {
                type filter hook forward priority filter
                meta mark & 0x8000 != 0 counter drop
            }
        }

        """
    }
}

extension KubeProxy: CustomTestStringConvertible {
    var testDescription: String { "\(mode.rawValue), \(policy.rawValue)" }
}
