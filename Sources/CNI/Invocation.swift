import JSON

/// One call of the plugin, checked whole: what is here can be carried out without asking for anything again.
public enum Invocation: Sendable {
    /// VERSION, with its answer.
    case version(VersionReply)
    /// Any other command, and the network that it is about.
    case operation(Operation, NetworkConfiguration)

    /// The most bytes that stdin may have. A GC list of 10,000 pods is about 1 MiB.
    public static let maximumInputSize = 4 << 20

    /// Reads a call of the plugin.
    ///
    /// - Parameters:
    ///   - environment: the process's variables; those that do not begin with `CNI_` are ignored.
    ///   - input: all of stdin. Whoever reads it may stop after ``maximumInputSize`` and one byte more.
    /// - Throws: code 4 for the environment, 6 where stdin is no JSON object or too large, 1 where the configuration's
    ///   version is not supported or does not have the command, 2 and 7 for a key of the configuration.
    public init(environment: [String: String], input: [UInt8]) throws(CNIError) {
        switch try Command(environment) {
        case .version: self = .version(VersionReply(answering: input))
        case .network(let command):
            let document = try Invocation.document(input)
            let version = try CNIVersion(of: document)
            guard version >= command.since else {
                throw CNIError(
                    .incompatibleVersion, "cniVersion \(version.rawValue) does not have this command",
                    details: "it came with version \(command.since.rawValue)")
            }
            let configuration = try Invocation.decode(NetworkConfiguration.self, from: document)
            self = .operation(try Operation(command, document), configuration)
        }
    }

    private static func document(_ input: [UInt8]) throws(CNIError) -> JSONObject {
        guard input.count <= maximumInputSize else {
            throw CNIError(
                .decodingFailure, "the network configuration on stdin is longer than \(maximumInputSize) bytes")
        }
        do {
            let value = try JSONValue(parsing: input)
            if let object = value.objectValue { return object }
            throw CNIError(
                .decodingFailure,
                "the network configuration on stdin is not a JSON object",
                details: "found \(value.citation)")
        } catch let error as JSONError {
            throw CNIError(
                .decodingFailure, "the network configuration on stdin is not JSON", details: error.description)
        } catch {
            throw error as? CNIError ?? CNIError(.decodingFailure, "\(error)")
        }
    }

    /// Decodes a part of the configuration, and turns what is wrong with it into code 7.
    static func decode<Part: Decodable>(_ type: Part.Type, from document: JSONObject) throws(CNIError) -> Part {
        do {
            return try JSONCoding.decode(type, from: .object(document))
        } catch let error as DecodingError {
            throw CNIError(.invalidConfiguration, JSONCoding.sentence(for: error))
        } catch {
            throw error as? CNIError ?? CNIError(.invalidConfiguration, "\(error)")
        }
    }
}

/// What a runtime wants done to a network; every case has exactly what it needs for that.
public enum Operation: Sendable {
    /// ADD: give the pod its interface. `previous` is the result of the plugin before in a chain; ours contains it.
    case add(PodInterface, NetworkNamespace, PodArguments, previous: CNIResult?)
    /// DEL: take the interface and its address away. Without a namespace only what is outside of it can be.
    case delete(PodInterface, NetworkNamespace?)
    /// CHECK: compare the pod's network with the result of its ADD.
    case check(PodInterface, NetworkNamespace, previous: CNIResult)
    /// GC: remove everything of the network but these.
    case collectGarbage(keeping: Set<PodInterface>)
    /// STATUS: say whether an ADD could be served.
    case status

    fileprivate init(_ command: NetworkCommand, _ document: JSONObject) throws(CNIError) {
        switch command {
        case .add(let interface, let namespace, let arguments):
            let previous = try Invocation.decode(Chained.self, from: document).prevResult
            self = .add(interface, namespace, arguments, previous: previous)
        case .delete(let interface, let namespace):
            // A previous result would add nothing, and a damaged one must not keep a pod from being deleted.
            self = .delete(interface, namespace)
        case .check(let interface, let namespace):
            guard let previous = try Invocation.decode(Chained.self, from: document).prevResult else {
                throw CNIError(
                    .invalidConfiguration, "prevResult: missing", details: "CHECK compares with the result of the ADD")
            }
            self = .check(interface, namespace, previous: previous)
        case .collectGarbage:
            let valid = try Invocation.decode(ValidAttachments.self, from: document)
            guard let attachments = valid.current ?? valid.older else {
                throw CNIError(
                    .invalidConfiguration, "cni.dev/valid-attachments: missing",
                    details: "without it, GC would remove the network of every pod; an empty list says just that")
            }
            self = .collectGarbage(keeping: Set(attachments))
        case .status: self = .status
        }
    }
}

private struct Chained: Decodable {
    let prevResult: CNIResult?
}

private struct ValidAttachments: Decodable {
    let current: [PodInterface]?
    /// The name in drafts of specification 1.1.0, which libcni still writes beside the final one.
    let older: [PodInterface]?

    private enum CodingKeys: String, CodingKey {
        case current = "cni.dev/valid-attachments"
        case older = "cni.dev/attachments"
    }
}
