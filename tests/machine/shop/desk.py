"""Rules of products: sales, their payments and returns, stock, prices, and the count of a till."""

from __future__ import annotations

from uuid import uuid4

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.book import Client
from tests.machine.common import Common, nth
from tests.machine.drawing import admins, methods, which
from tests.machine.rules import DAY
from tests.machine.shop import goods, sales
from tests.machine.shop.goods import Product, Sale, Shop
from tests.machine.shop.sales import Order, Part
from tests.machine.shop.services import ShopServices
from tests.machine.shop.watching import ShopWatch

PRICES = (1_99, 30_00, 82_555_50)
"""Of the products, in cents; the first is less than the smallest amount of some gyms."""
PIECES = (6, 4, 2)
"""Of each, when the gym opens."""
BASKETS = st.sampled_from(
    [
        *([(0, 1)], [(1, 1)], [(1, 2)], [(2, 1)], [(0, 1), (1, 1)], [(0, 2), (1, 1), (2, 1)]),
        *([(0, 1)], [(1, 1)], [(1, 1), (2, 1)], [(0, 1), (1, 3)]),
        *([(1, 9)], [(0, 0)], [(1, 1), (1, 1)], []),
    ]
)
"""Product and pieces; the last ones are too many, none, twice the same, and nothing."""
PAYING = st.sampled_from(
    ["at once", "at once", "in two", "in two", "in part", "later", "too much", "nothing"]
)
TILLS = st.sampled_from(["cash", "card"])
BUYERS = st.sampled_from([None, 0, 0, 1])


class AtTheShop(Common):
    """Sells from the shelf, takes back, fills it up and counts."""

    services: ShopServices
    shop: Shop

    def open_shop(self) -> None:
        """Every product on the shelf, bought by an admin."""
        since = self.book.today
        self.shop_watch = ShopWatch()
        self.services = ShopServices(self.world)
        self.shop = Shop([Product(uuid4(), [(since, cents)]) for cents in PRICES])
        self.services.stock([(one.key, one.price(since)) for one in self.shop.products], since)
        for product, pieces in zip(self.shop.products, PIECES, strict=True):
            self.fill("receive", product, pieces, product.price(since) // 3, admin=True)

    @rule(
        basket=BASKETS,
        paying=PAYING,
        first=methods,
        second=methods,
        buyer=BUYERS,
        off=st.sampled_from([0, 0, 0, 0, 0, -1]),
        admin=admins,
    )
    def sell_products(
        self,
        basket: list[tuple[int, int]],
        paying: str,
        first: str,
        second: str,
        buyer: int | None,
        off: int,
        admin: bool,
    ) -> None:
        """`off` is how far the total that was shown is from today's."""
        book, client = self.book, None if buyer is None else self.book.clients[buyer]
        wanted = [(self.shop.products[number], pieces) for number, pieces in basket]
        due = sales.total(book, wanted)
        order = Order(wanted, due + off, parts_of(due, paying, first, second))
        self.sell_order(order, client, f"{paying}, to {'a client' if client else 'nobody'}", admin)

    @rule(which=which, buyer=st.sampled_from([0, 0, 1]), later=st.booleans(), method=TILLS, admin=admins)
    def buys(self, which: int, buyer: int, later: bool, method: str, admin: bool) -> None:
        """One piece of what is there, paid at once by nobody in particular, or put on a client's account."""
        product = nth([one for one in self.shop.products if one.pieces] or self.shop.products, which)
        wanted = [(product, 1)]
        due = sales.total(self.book, wanted)
        order = Order(wanted, due, [] if later else [Part(method, due)])
        client = self.book.clients[buyer] if later else None
        self.sell_order(order, client, "on account" if later else "by a passer-by", admin, name="buys")

    def sell_order(
        self, order: Order, client: Client | None, way: str, admin: bool, name: str = "sell_products"
    ) -> None:
        """Twice by the same key is once."""
        key, buyer = uuid4(), client.key if client else None
        reasons = sales.why_not_sell(self.book, order, client)
        sold = self.tried(name, reasons, lambda: self.services.sell(admin, order, buyer, key))
        self.tally.saw(f"products paid {way}", sold is not None)
        if sold is not None:
            sales.sell(self.book, self.shop, order, client, sold.id, self.name(admin))
            assert self.services.sell(admin, order, buyer, key).id == sold.id

    @precondition(lambda self: self.shop.owing())
    @rule(which=which, share=st.sampled_from([1, 1, 2, 0, -1]), method=methods, admin=admins)
    def pay_products(self, which: int, share: int, method: str, admin: bool) -> None:
        """All that stands on account, half of it, nothing, or a cent too much."""
        sale = nth(self.shop.owing(), which)
        cents = sale.balance // share if share > 0 else (sale.balance + 1) * -share
        part = Part(method, cents)
        reasons = sales.why_not_pay(sale, part)
        paid = self.tried("pay_products", reasons, lambda: self.services.pay(admin, sale.key, cents, method))
        if paid is not None:
            sales.pay(self.book, sale, part, self.name(admin))

    @precondition(lambda self: self.shop.sales and self.at_times(2))
    @rule(which=which, admin=admins)
    def void_sale(self, which: int, admin: bool) -> None:
        sale = nth(self.latest_sales(), which)
        reasons = sales.why_not_void(self.book, sale, self.name(admin), admin=admin)
        done = self.tried("void_sale", reasons, lambda: self.services.void(admin, sale.key))
        self.tally.saw(f"void of a sale {_state(sale)}", done is not None)
        if done is not None:
            sales.void(self.book, sale)

    @precondition(lambda self: self.shop.sales and self.at_times(2))
    @rule(which=which, method=methods, admin=admins)
    def refund_sale(self, which: int, method: str, admin: bool) -> None:
        sale = nth(self.latest_sales(), which)
        reasons = sales.why_not_refund(sale, method, admin=admin)
        done = self.tried("refund_sale", reasons, lambda: self.services.refund(admin, sale.key, method))
        self.tally.saw(f"refund of a sale {_state(sale)}", done is not None)
        if done is not None:
            sales.refund(self.book, sale, method, self.name(admin))

    @precondition(lambda self: self.at_times(2))
    @rule(
        which=which,
        pieces=st.sampled_from([1, 3, 3, 7, 0]),
        cents=st.sampled_from([0, 1, 99, 10_01, 10_01, -1]),
        admin=admins,
    )
    def receive(self, which: int, pieces: int, cents: int, admin: bool) -> None:
        self.fill("receive", nth(self.shop.products, which), pieces, cents, admin=admin)

    def fill(self, name: str, product: Product, pieces: int, cents: int, *, admin: bool) -> None:
        reasons = goods.why_not_receive(pieces, cents, admin=admin)
        done = self.tried(name, reasons, lambda: self.services.receive(admin, product.key, pieces, cents))
        if done is not None:
            product.move("purchase", pieces, goods.cost(cents))

    @precondition(lambda self: self.at_times(3))
    @rule(which=which, pieces=st.sampled_from([1, 1, 2, 99, 0]), admin=admins)
    def lose(self, which: int, pieces: int, admin: bool) -> None:
        product = nth(self.shop.products, which)
        reasons = goods.why_not_lose(product, pieces, admin=admin)
        if self.tried("lose", reasons, lambda: self.services.lose(admin, product.key, pieces)) is not None:
            product.move("loss", -pieces)

    @precondition(lambda self: self.at_times(3))
    @rule(
        which=which,
        off=st.sampled_from([0, 1, 5, -1, -9]),
        moved=st.sampled_from([0, 0, 0, 1]),
        admin=admins,
    )
    def count_shelf(self, which: int, off: int, moved: int, admin: bool) -> None:
        """`moved` is how many pieces came since the count began."""
        product = nth(self.shop.products, which)
        counted, seen = product.pieces + off, product.pieces - moved
        reasons = goods.why_not_count(product, counted, seen, admin=admin)
        done = self.tried(
            "count_shelf", reasons, lambda: self.services.count(admin, product.key, counted, seen)
        )
        if done is not None:
            goods.count(product, counted)

    @precondition(lambda self: self.at_times(5))
    @rule(
        which=which,
        ahead=st.sampled_from([0, 0, 1, 10, 400, -1]),
        cents=st.sampled_from([0, 2_00, 45_55]),
        admin=admins,
    )
    def price_product(self, which: int, ahead: int, cents: int, admin: bool) -> None:
        product, day = nth(self.shop.products, which), self.book.today + ahead * DAY
        reasons = goods.why_not_price(self.book, product, day, cents, admin=admin)
        done = self.tried(
            "price_product", reasons, lambda: self.services.set_price(admin, product.key, cents, day)
        )
        if done is not None:
            goods.set_price(product, day, cents)

    @precondition(lambda self: self.at_times(5))
    @rule(which=which, active=st.sampled_from([True, True, False]), admin=admins)
    def offer_product(self, which: int, active: bool, admin: bool) -> None:
        product = nth(self.shop.products, which)
        reasons = set[str]() if admin else {"not_allowed"}
        done = self.tried(
            "offer_product", reasons, lambda: self.services.set_active(admin, product.key, active)
        )
        if done is not None:
            product.active = active

    @precondition(lambda self: self.at_times(2))
    @rule(whose=st.booleans(), off=st.sampled_from([0, 0, 1_00, -1_00]), admin=admins)
    def count_till(self, whose: bool, off: int, admin: bool) -> None:
        """Memberships and products in one drawer: every till of today holds what the book says."""
        today, due = self.book.today, self.shop.tills(self.book)
        found = self.services.tills(today)
        assert found == due, f"the tills hold {found} where {due} is due"
        expected = due.get((self.name(whose), "cash"), 0)
        counted = expected + off
        reasons = {"not_allowed"} if whose and not admin else set[str]()
        reasons |= {"count_negative"} if counted < 0 else set()
        done = self.tried(
            "count_till", reasons, lambda: self.services.count_cash(admin, whose, today, counted)
        )
        if done is not None:
            assert [int(row.difference * 100) for row in done] == [off]

    def latest_sales(self) -> list[Sale]:
        """Newest first, those that were taken back last."""
        newest = self.shop.sales[::-1]
        return [*(sale for sale in newest if not sale.returned), *(sale for sale in newest if sale.returned)]


def parts_of(due: int, paying: str, first: str, second: str) -> list[Part]:
    """How a total is paid: in two methods by halves, in part with the rest on account, or a cent too much."""
    half = due // 2
    return {
        "at once": [Part(first, due)],
        "in two": [Part(first, half), Part(second, due - half)],
        "in part": [Part(first, half)],
        "later": [],
        "too much": [Part(first, due + 1)],
        "nothing": [Part(first, 0)],
    }[paying]


def _state(sale: Sale) -> str:
    """How it stood before somebody wanted it back."""
    if sale.returned:
        return "taken back before"
    if not sale.balance:
        return "that is paid"
    return "that is paid in part" if sale.net_paid else "on account"
