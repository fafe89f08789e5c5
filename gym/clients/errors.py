"""Faults of clients' data, links, cards and blocks; each says what to write or do instead."""

from __future__ import annotations

from datetime import date

from gym.core.errors import Conflict, Forbidden, Invalid, NotFound
from gym.core.language import N_


class ClientNotFound(NotFound):
    code = "client_not_found"
    message = N_("That client is not there any more. Search again.")


class NobodyFound(ClientNotFound):
    """By words that somebody typed."""

    code = "client_nobody_found"
    message = N_("Nobody is found for “{words}”. Check the spelling, or try a document or phone.")

    def __init__(self, words: str) -> None:
        super().__init__(words=words)


class SeveralFound(Conflict):
    """Where one client had to be named."""

    code = "client_several_found"
    message = N_("{count} people are found for “{words}”. Name one by document or phone.")

    def __init__(self, words: str, count: int) -> None:
        super().__init__(words=words, count=count)


class NameInvalid(Invalid):
    code = "name_invalid"
    message = N_("Write a name of 1 to 80 letters.")


class DocumentInvalid(Invalid):
    code = "document_invalid"
    message = N_(
        "I am not sure which document that is. Write its type and number, such as CC 1020304050; types are"
        " CC, TI, CE, PP (passport), PPT and ID (any other)."
    )


class DocumentTaken(Conflict):
    """Another client has this document; who it is, only the desk is told."""

    code = "document_taken"
    message = N_("{client} is registered with this document already. Search for them instead.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class ListBeingImported(Conflict):
    """An import has this document or card, and has not come to its end."""

    code = "list_being_imported"
    message = N_("A list with this person is being imported just now. Try again in a minute.")


class CardNumberInvalid(Invalid):
    code = "card_number_invalid"
    message = N_("Write the number of the card: letters and digits, 40 at most, such as 0012345678.")


class CardNumberTaken(Conflict):
    """Another client has this card; who it is, only the desk is told."""

    code = "card_number_taken"
    message = N_("{client} has this card already. Empty it there first.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class PhoneInvalid(Invalid):
    """`example` and `abroad` are a number of the gym's country, as written there and from elsewhere."""

    code = "phone_invalid"
    message = N_("That is not a phone number. Write one with its area, such as {example} or {abroad}.")

    def __init__(self, example: str, abroad: str) -> None:
        super().__init__(example=example, abroad=abroad)


class EmailInvalid(Invalid):
    code = "email_invalid"
    message = N_("That is not an e-mail address. Write it like name@example.com.")


class BirthDateInvalid(Invalid):
    code = "birth_date_invalid"
    message = N_("Write the birth date in full, such as 3 August 1990; clients are 5 to 100 years old.")


class TextTooLong(Invalid):
    code = "text_too_long"
    message = N_("That is too long. Write at most {limit} letters.")

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class GuardianNeeded(Invalid):
    code = "guardian_needed"
    message = N_("A client under 18 needs a guardian's name and consent.")


class LinkTaken(Conflict):
    """A chat belongs to one client, and the reverse."""

    code = "chat_taken"
    message = N_("This chat is linked to another client already. Ask the desk to unlink it first.")


class NoSuchPhone(NotFound):
    code = "no_such_phone"
    message = N_("No client has this phone number. Ask the desk for your link.")


class SharedPhone(Conflict):
    code = "shared_phone"
    message = N_("Several clients share this phone number. Ask the desk for your own link.")


class NotYourContact(Invalid):
    code = "not_your_contact"
    message = N_("That is somebody else's contact. Share your own with the button.")


class ClientDeactivated(Conflict):
    code = "client_deactivated"
    message = N_("{client} is deactivated. Reactivate the client first.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class ClientErased(Conflict):
    """Nothing tells any more who this was."""

    code = "client_erased"
    message = N_("This client was erased: only visits and money are left. Register the person anew.")


class CardChanged(Conflict):
    """The client's card was issued anew or revoked since the caller saw it."""

    code = "card_changed"
    message = N_("The card was changed meanwhile. Open the client's card again to see how it stands.")


class BlockTooLong(Invalid):
    code = "block_too_long"
    message = N_("You may block until {latest} at most. Ask an admin for longer.")

    def __init__(self, latest: date) -> None:
        super().__init__(latest=latest)


class GenderInvalid(Invalid):
    code = "gender_invalid"
    message = N_("Choose female, male or other.")


class TooManyTags(Invalid):
    code = "too_many_tags"
    message = N_("Write at most {limit} tags, separated by commas.")

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class ReasonInvalid(Invalid):
    code = "reason_invalid"
    message = N_("Write a reason of 3 to 300 letters.")


class BlockDateInvalid(Invalid):
    code = "block_date_invalid"
    message = N_("A block ends today or later. Choose a later day.")


class BlockNeedsAdmin(Forbidden):
    """A long block is lifted by those who may set one."""

    code = "block_needs_admin"
    message = N_("An admin blocked this client until {until}. Only an admin can lift that.")

    def __init__(self, until: date) -> None:
        super().__init__(until=until)


class AlreadyLinked(Conflict):
    """The client has a chat already, which has to be unlinked first."""

    code = "client_already_linked"
    message = N_("{client} has a Telegram chat linked already. Unlink it first.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)


class KeyTaken(Conflict):
    """The idempotency key was used by another registration at the same moment."""

    code = "key_taken"


class ClientsClash(Conflict):
    """In bulk: a document was registered for another client in the meantime."""

    code = "clients_clash"


class ReferrerUnknown(NotFound):
    """There is no such client to have brought this one."""

    code = "referrer_unknown"
    message = N_(
        "Nobody like that is registered. Type the name or phone of the member who brought this client."
    )


class SelfReferral(Invalid):
    code = "self_referral"
    message = N_("Nobody brings themselves. Choose the member who brought this client.")


class ReferralCircle(Invalid):
    """The referrer was brought by this very client."""

    code = "referral_circle"
    message = N_("{client} was brought by this very client. Choose somebody else.")

    def __init__(self, client: str) -> None:
        super().__init__(client=client)
