"""Make the files in `data/`: the same bytes on every run. They are committed; run this only to change them."""

from __future__ import annotations

import csv
import io
import json
import random
from datetime import date, datetime, timedelta
from pathlib import Path

import xlsxwriter

DATA = Path(__file__).parent / "data"
REGIONS = {"North": 1.0, "South": 1.35, "East": 0.8, "West": 1.15}
PRODUCTS = {
    "Desk lamp": 39.9, "Office chair": 189.0, "Standing desk": 549.0, "Monitor arm": 119.5, "Whiteboard": 84.25,
    "Filing cabinet": 229.0, "Footrest": 34.95,
}  # fmt: skip
CUSTOMERS = (
    "Alder & Sons", "Birch Logistics", "Cedar Clinics", "Dogwood Press", "Elm Street Schools", "Fir Foundry", "Ginkgo Labs",
    "Hazel Hotels", "Ironwood Legal", "Juniper Foods", "Kauri Studios", "Larch Insurance", "Maple Motors", "Nutmeg Catering",
    "Oak Harbour Council", "Pine Valley Energy",
)  # fmt: skip


def main() -> None:
    """Write the three files."""
    chance = random.Random(20240101)
    DATA.mkdir(exist_ok=True)
    customers = [
        {
            "id": 1001 + place,
            "name": name,
            "segment": chance.choice(["public", "small business", "enterprise"]),
            "since": str(2015 + chance.randrange(9)),
        }
        for place, name in enumerate(CUSTOMERS)
    ]
    (DATA / "customers.json").write_text(
        "[\n" + ",\n".join("  " + json.dumps(each) for each in customers) + "\n]\n", encoding="utf-8"
    )
    home = {each["id"]: chance.choices(list(REGIONS), list(REGIONS.values()))[0] for each in customers}
    lines = [order(number, customers, home, chance) for number in range(5001, 5221)]
    for place in sorted(chance.sample(range(len(lines)), 9), reverse=True):
        lines.insert(place + chance.randrange(1, 4), lines[place])  # exported twice
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(
        ["Order ID", "Ordered on", "Customer ID", "Region", "Product", "Quantity", "Unit price", "Discount"]
    )
    writer.writerows(lines)
    (DATA / "orders.csv").write_text(text.getvalue(), encoding="utf-8", newline="")
    targets()


def order(number: int, customers: list[dict[str, object]], home: dict[int, str], chance: random.Random) -> list[object]:
    """One line as people type it: regions in any case, two ways to write a date, gaps."""
    customer = int(str(chance.choice(customers)["id"]))
    day = date(2024, 1, 2) + timedelta(days=chance.randrange(180))
    region = home[customer]
    region = chance.choice([region, region, region, region.upper(), region.lower(), f" {region}", f"{region} "])
    product = chance.choice(list(PRODUCTS))
    quantity: object = chance.choice([1, 1, 2, 2, 3, 4, 6, 10, 12])
    shown = day.isoformat() if chance.random() < 0.7 else day.strftime("%d/%m/%Y")
    discount: object = chance.choice(["", "", "", 0.05, 0.1, 0.15])
    if chance.random() < 0.03:
        quantity = ""
    return [
        number,
        shown,
        "" if chance.random() < 0.02 else customer,
        region,
        product,
        quantity,
        f"{PRODUCTS[product]:.2f}",
        discount,
    ]


def targets() -> None:
    """A small workbook with the target of each region for the half year."""
    book = xlsxwriter.Workbook(str(DATA / "targets.xlsx"))
    book.set_properties({"created": datetime(2024, 1, 2)})
    sheet = book.add_worksheet("targets")
    sheet.write_row(0, 0, ["region", "target"])
    for row, (region, amount) in enumerate([("North", 50000), ("South", 30000), ("East", 12500), ("West", 60000)], 1):
        sheet.write_row(row, 0, [region, amount])
    book.close()


if __name__ == "__main__":
    main()
