"""What the API reads and answers, by area; the OpenAPI document is made of these."""

from web.api.schemas.check_ins import CheckInAnswer as CheckInAnswer
from web.api.schemas.check_ins import CheckInFields as CheckInFields
from web.api.schemas.check_ins import ClientAnswer as ClientAnswer
