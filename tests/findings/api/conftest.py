"""The door's fixtures, for what must hold of the API whoever attacks it."""

from tests.web.conftest import door as door
from tests.web.conftest import employee_password as employee_password
from tests.web.conftest import server as server
from tests.web.conftest import stranger_at_door as stranger_at_door
