### The commands for the keys under which values are kept encrypted.

# $documents (number)
# $bookings (number)
key_line = { $id }  { $since }; documents: { $documents }, bookings with sealed answers: { $bookings }; { $state }
key_since = in use since { $moment }
key_never = not used in this store yet
key_state =
    .current = current: what is written now is encrypted under it
    .first = older; made of the keyring’s main key, cannot be forgotten by itself
    .older = older
    .free = older; nothing is under it, it can be forgotten
    .missing = MISSING from the keyring
key_unknown = There is no key { $id }. mianqia keys list tells which there are.
key_current = { $id } is the key that encrypts now. Add another one first: mianqia keys rotate.
key_of_main = { $id } is made of the main key of the keyring and cannot be taken out by itself.
# $documents (number)
# $bookings (number)
key_in_use = { $id } cannot be forgotten: still under it are { $documents ->
        [one] { $documents } document
       *[other] { $documents } documents
    } and the sealed answers of { $bookings ->
        [one] { $bookings } booking
       *[other] { $bookings } bookings
    }. A running program brings them under the newest key by itself; look again with mianqia keys list.
key_recent = { $id } cannot be forgotten before { $from }: what was begun under it may still be written.
key_forgotten = { $id } is forgotten. Backups of before cannot be read without it.
