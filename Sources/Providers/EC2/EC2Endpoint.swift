/// Where an EC2 API is.
struct EC2Endpoint: Hashable, Sendable {
    let url: String
    let region: String
    /// For errors: `EC2 at ec2.eu-central-1.amazonaws.com`.
    let name: String

    /// - Parameter url: `nil` for Amazon's own in that region.
    init(url: String?, region: String) {
        let url = url ?? "https://\(EC2Endpoint.amazonHost("ec2", region: region))"
        self.url = url
        self.region = region
        name = "EC2 at \(authority(of: url))"
    }

    /// The host of one of Amazon's services in a region. Those in China have a domain of their own (AWS General
    /// Reference, "Amazon EC2 endpoints and quotas").
    static func amazonHost(_ service: String, region: String) -> String {
        "\(service).\(region)." + (region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com")
    }
}
