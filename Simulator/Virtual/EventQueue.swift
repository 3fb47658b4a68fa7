import Collections
import Timekeeping

/// What is going to happen, the earliest first; of things that happen at the same time, the one that was added first.
struct EventQueue<Event> {
    /// An event's place in the order: small, because the heap moves it often.
    private struct Entry: Comparable {
        let at: Instant
        let number: UInt64
        let place: Int

        static func < (left: Entry, right: Entry) -> Bool {
            left.at == right.at ? left.number < right.number : left.at < right.at
        }

        static func == (left: Entry, right: Entry) -> Bool {
            left.number == right.number
        }
    }

    private var heap = Heap<Entry>()
    private var added: UInt64 = 0
    /// The events themselves, which stay where they are; `nil` in places that are empty.
    private var events: [Event?] = []
    private var emptyPlaces: [Int] = []

    /// When the next event is.
    var next: Instant? { heap.min?.at }

    mutating func add(_ event: Event, at instant: Instant) {
        added += 1
        let place: Int
        if let empty = emptyPlaces.popLast() {
            place = empty
            events[place] = event
        } else {
            place = events.count
            events.append(event)
        }
        heap.insert(Entry(at: instant, number: added, place: place))
    }

    /// Takes the next event out.
    mutating func pop() -> (at: Instant, event: Event)? {
        guard let entry = heap.popMin(), let event = events[entry.place].take() else { return nil }
        emptyPlaces.append(entry.place)
        return (entry.at, event)
    }
}
