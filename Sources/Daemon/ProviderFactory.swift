import ControlProtocol
import Curl
import Fabric
import Foundation
import InstanceLimits
import Logging
import Netlink
import Pool
import Providers

extension Configuration {
    /// The provider that the configuration names. A cloud behind HTTP is not called yet, so that the daemon can start
    /// while it is away.
    ///
    /// - Parameters:
    ///   - environment: says where AWS credentials are, and which region and proxies are used.
    ///   - log: gets a line for every call over HTTP.
    /// - Throws: `ProviderError` or ``DaemonError`` where a mock cloud cannot be made.
    func makeProvider(environment: [String: String], log: Logger) async throws -> GovernedProvider {
        let connect: @Sendable () async throws(ProviderError) -> any CloudProvider
        switch provider {
        case .mock(let mock):
            let provider = try await makeMock(mock)
            connect = { () throws(ProviderError) in provider }
        case .ec2(let ec2): connect = makeEC2(ec2, environment, log)
        case .rest(let rest):
            let provider = makeREST(rest, environment, log)
            connect = { () throws(ProviderError) in provider }
        }
        return GovernedProvider(policy: calls, now: { BootClock.now }, connect: connect)
    }

    // MARK: Mock

    private func makeMock(_ mock: Mock) async throws -> MockProvider {
        guard let subnet = mock.cloud.subnets.first?.id else {
            throw DaemonError.cannotPrepare("the mock cloud has no subnet")
        }
        let node =
            if let limits {
                MockNode(instanceID: mock.instanceID, subnet: subnet, limits: limits)
            } else {
                MockNode(instanceID: mock.instanceID, subnet: subnet, type: try InstanceType(named: mock.instanceType))
            }
        let cloud = try MockCloud(
            mock.cloud, storage: mock.file.map { .file(path: $0) } ?? .memory, now: { BootClock.now })
        guard let router = mock.fabricRouter.map(FabricRouter.init(namespace:)) else {
            return try await MockProvider(cloud: cloud, node: node)
        }
        let here = try NetworkNamespace.current()
        return try await MockProvider(cloud: cloud, node: node) { interfaces in
            try await router.followInBackground(interfaces.map(FabricENI.init), in: here)
        }
    }

    // MARK: EC2

    /// Region and instance are asked for by the first call that gets through. A node whose instance is configured need not
    /// have a metadata service.
    private func makeEC2(
        _ ec2: EC2, _ environment: [String: String], _ log: Logger
    ) -> @Sendable () async throws(ProviderError) -> any CloudProvider {
        let client = HTTPClient(
            httpConfiguration(caBundle: ec2.caBundle, environment), log: { log.trace("\($0)") })
        var direct = HTTPClientConfiguration()
        // The metadata service is on the node's own link.
        direct.proxy = .none
        direct.threadName = "metadata"
        let metadata = InstanceMetadata(
            client: HTTPClient(direct, log: { log.trace("\($0)") }), endpoint: ec2.metadataEndpoint, now: wallClock)
        let credentials = CredentialStore(
            environment: environment, client: client, metadata: metadata, now: wallClock)
        let retry = retryPolicy
        let knownRegion =
            [ec2.region, environment["AWS_REGION"], environment["AWS_DEFAULT_REGION"]]
            .compactMap(\.self).first { !$0.isEmpty }
        return { () async throws(ProviderError) in
            do throws(InstanceMetadataError) {
                let region = if let knownRegion { knownRegion } else { try await metadata.region() }
                let instanceID = if let known = ec2.instanceID { known } else { try await metadata.instanceID() }
                return EC2Provider(
                    instanceID: instanceID, region: region, endpoint: ec2.endpoint, credentials: credentials,
                    metadata: ec2.instanceID == nil ? metadata : nil, client: client, retry: retry,
                    log: callLog("EC2", log))
            } catch {
                throw .unreachable("\(error)")
            }
        }
    }

    // MARK: REST

    private func makeREST(_ rest: REST, _ environment: [String: String], _ log: Logger) -> RESTProvider {
        var http = httpConfiguration(caBundle: rest.caBundle, environment)
        if let certificate = rest.clientCertificate, let key = rest.clientKey {
            http.clientCertificate = .init(certificatePath: certificate, keyPath: key)
        }
        return RESTProvider(
            RESTConfiguration(
                baseURL: rest.endpoint, instanceID: rest.instanceID,
                token: rest.tokenFile.map { BearerToken(file: $0) }, retry: retryPolicy),
            client: HTTPClient(http, log: { log.trace("\($0)") }), log: callLog("REST", log))
    }

    // MARK: HTTP

    private func httpConfiguration(caBundle: String?, _ environment: [String: String]) -> HTTPClientConfiguration {
        var http = HTTPClientConfiguration()
        http.caBundlePath = caBundle
        http.proxy = HTTPProxy(environment: environment)
        http.userAgent = "warmpoold/\(warmpoolVersion)"
        http.threadName = "provider"
        return http
    }

    private var retryPolicy: RetryPolicy {
        RetryPolicy(attemptTimeout: callTimeout, budget: callTimeout * 5 / 2)
    }

    /// After so long a call is given up, whatever it still waits for: its turn, credentials, all attempts with their looks
    /// at the provider's view.
    var callPatience: Duration { max(calls.longestWait + callTimeout * 6, .seconds(60)) }
}

/// Seconds since 1970, by which credentials expire.
@Sendable private func wallClock() -> Int {
    Int(Date().timeIntervalSince1970)
}

/// Writes a line for every call of an API: at the level `info` for one that failed, so that its request id can be told to
/// the cloud's operator, at `debug` for others.
private func callLog(_ api: String, _ log: Logger) -> CallLog {
    { call in
        var metadata: Logger.Metadata = ["ms": "\(call.duration.milliseconds)", "attempts": "\(call.attempts)"]
        if let status = call.status { metadata["status"] = "\(status)" }
        if let code = call.errorCode { metadata["code"] = "\(code)" }
        if let request = call.requestID { metadata["request"] = "\(request)" }
        log.log(level: call.error == nil ? .debug : .info, "\(api) \(call.action)", metadata: metadata)
    }
}

extension Duration {
    fileprivate var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

extension FabricENI {
    fileprivate init(_ interface: GuestInterface) {
        self.init(
            mac: interface.mac, deviceIndex: interface.deviceIndex, subnet: interface.subnetCIDR,
            primaryAddress: interface.primaryAddress, secondaryAddresses: interface.secondaryAddresses,
            prefixes: interface.prefixes, ipv6Subnet: interface.subnetIPv6CIDR, ipv6Address: interface.ipv6Address,
            ipv6Prefixes: interface.ipv6Prefixes)
    }
}

extension Configuration.Provider {
    /// The provider's name, as the configuration has it.
    var name: String {
        switch self {
        case .mock: "mock"
        case .ec2: "ec2"
        case .rest: "rest"
        }
    }
}
