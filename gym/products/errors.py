"""Faults of products and their stock."""

from __future__ import annotations

from gym.core.errors import Conflict, Invalid, NotFound
from gym.core.language import N_


class ProductNotFound(NotFound):
    code = "product_not_found"
    message = N_("That product is not there any more. Go back and choose again.")


class ProductNameTaken(Conflict):
    code = "product_name_taken"
    message = N_("There is a product with this name already. Choose another name.")


class ProductCodeTaken(Conflict):
    """A barcode or SKU that another product has."""

    code = "product_code_taken"
    message = N_("Another product has this code already. Look for it in the list.")


class ProductNameInvalid(Invalid):
    code = "product_name_invalid"
    message = N_("Write a name of 2 to 80 letters.")


class ProductCodeInvalid(Invalid):
    code = "product_code_invalid"
    message = N_("A code has 3 to 40 letters and digits, such as the number under the bars.")


class BarcodeNotFound(Invalid):
    """A photo without one, or with one that could not be read."""

    code = "barcode_not_found"
    message = N_("I see no barcode there. Send it from nearer, with all of its bars, or type the number.")


class CategoryInvalid(Invalid):
    code = "category_invalid"
    message = N_("Write a category of 2 to 40 letters, such as Drinks.")


class ProductPriceInvalid(Invalid):
    code = "product_price_invalid"
    message = N_("The price of a product is more than 0.")


class TaxInvalid(Invalid):
    code = "tax_invalid"
    message = N_("Write the tax as a percentage from 0 to 100, such as 19 %.")


class PiecesInvalid(Invalid):
    code = "pieces_invalid"
    message = N_("Write a number of pieces, such as 12.")


class MarksInvalid(Invalid):
    """A maximum below the minimum."""

    code = "marks_invalid"
    message = N_("The most to keep cannot be less than the low mark.")


class NotEnoughStock(Conflict):
    """More pieces than there are, usually because a colleague sold the last one."""

    code = "not_enough_stock"
    message = N_("Of {product} there are {left} left. Take that many or fewer.")

    def __init__(self, product: str, left: int) -> None:
        super().__init__(product=product, left=left)
        if not left:
            self.message = N_(
                "By the books no {product} is left. What has come is entered under Products, by an admin."
            )
        self.left = left


class StockMoved(Conflict):
    """Something was sold or received while it was counted."""

    code = "stock_moved"
    message = N_("Some of {product} came or went while you counted. Count it again.")

    def __init__(self, product: str) -> None:
        super().__init__(product=product)


class StockKeyReused(Conflict):
    """An idempotency key that already moved something else."""

    code = "stock_key_reused"
    message = N_("That was already used for something else. Start again.")
