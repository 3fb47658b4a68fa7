import JSON

/// One Kubernetes object as it was read, and where.
struct Manifest {
    /// The object; what YAML wrote is in JSON's form, as Kubernetes itself converts it.
    let object: JSONObject
    let place: ManifestPlace

    init(_ object: JSONObject, _ place: ManifestPlace) {
        self.object = object
        self.place = place
    }
}

extension JSONObject {
    /// An item of a list with the kind that it has by that of the list, where it has none of its own, as in what the API
    /// server itself answers.
    func ofList(_ list: JSONObject) -> JSONObject {
        guard self["kind"] == nil, let kind = list["kind"]?.stringValue, kind.hasSuffix("List"), kind != "List" else {
            return self
        }
        var object = self
        object["kind"] = .string(String(kind.dropLast(4)))
        object["apiVersion"] = list["apiVersion"]
        return object
    }
}
