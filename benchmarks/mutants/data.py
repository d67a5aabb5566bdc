"""Small data as it comes in practice, in seven formats: the same for every seed-free call."""

from __future__ import annotations

import csv
import json
import random
import sqlite3
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

COUNTRIES = ("DE", "FR", "IT", "PL", "SE")
CATEGORIES = ("chairs", "tables", "lamps", "shelves")
REGIONS = ("North", "South", "East", "West")
START = date(2024, 1, 1)

Row = dict[str, Any]


def make(folder: Path) -> None:
    """Write all files into `folder`."""
    folder.mkdir(parents=True)
    draw = random.Random(7)
    customers = [_customer(number, draw) for number in range(1, 61)]
    products = [_product(number, draw) for number in range(1, 26)]
    orders = [_order(number, draw) for number in range(1, 301)]
    _csv(folder / "customers.csv", customers)
    _csv(folder / "orders.csv", orders)
    _csv(folder / "orders_2023.csv", [{**order, "order_id": order["order_id"] + 9000} for order in orders[:80]])
    (folder / "products.json").write_text(json.dumps(products, indent=1), encoding="utf-8")
    events = [_event(number, draw) for number in range(1, 201)]
    (folder / "events.jsonl").write_text("".join(json.dumps(each) + "\n" for each in events), encoding="utf-8")
    _parquet(folder / "stock.parquet")
    _sheet(folder / "targets.xlsx", draw)
    _database(folder / "staff.db", draw)
    _csv(
        folder / "prices.csv",
        [
            {
                "product_id": product["id"],
                "valid_from": START + timedelta(days=30 * month),
                "price": round(product["price"] * (1 + month / 50), 2),
            }
            for product in products
            for month in range(6)
        ],
    )
    _csv(folder / "invoices.csv", [_invoice(number, draw) for number in range(1, 91)], ";")
    _csv(folder / "survey.csv", [_answer(number, draw) for number in range(1, 71)])
    _csv(
        folder / "quarters.csv",
        [{"region": region, **{f"q{n}": draw.randint(50, 900) for n in range(1, 5)}} for region in REGIONS],
    )


def _customer(number: int, draw: random.Random) -> Row:
    return {
        "id": number,
        "name": f"  Customer {number} " if number % 7 == 0 else f"Customer {number}",
        "country": draw.choice(COUNTRIES),
        "email": f"c{number}@example.org" if number % 11 else "",
        "joined": START + timedelta(days=draw.randint(-900, 0)),
        "credit": round(draw.uniform(0, 5000), 2) if number % 5 else "",
        "active": draw.choice(("true", "false")),
    }


def _product(number: int, draw: random.Random) -> Row:
    return {
        "id": number,
        "title": f"Product {number}",
        "category": draw.choice(CATEGORIES),
        "price": round(draw.uniform(5, 400), 2),
        "tags": draw.sample(["new", "sale", "eco", "heavy"], draw.randint(0, 3)),
        "weight": round(draw.uniform(0.2, 40), 1) if number % 6 else None,
    }


def _order(number: int, draw: random.Random) -> Row:
    return {
        "order_id": number,
        "customer_id": draw.randint(1, 60),
        "product_id": draw.randint(1, 25),
        "day": START + timedelta(days=draw.randint(0, 180)),
        "units": draw.randint(1, 9),
        "amount": round(draw.uniform(3, 900), 2),
        "discount": round(draw.uniform(0, 0.4), 2) if number % 3 else "",
        "status": draw.choice(("paid", "paid", "open", "returned")),
    }


def _event(number: int, draw: random.Random) -> Row:
    at = datetime(2024, 3, 1) + timedelta(minutes=draw.randint(0, 40_000))
    return {
        "event": number,
        "user": draw.randint(1, 60),
        "at": at.isoformat(sep=" "),
        "kind": draw.choice(("view", "click", "buy")),
        "value": round(draw.uniform(0, 50), 3) if number % 4 else None,
        "page": f"/shop/{draw.choice(CATEGORIES)}/{draw.randint(1, 25)}",
    }


def _invoice(number: int, draw: random.Random) -> Row:
    day = START + timedelta(days=draw.randint(0, 180))
    return {
        "Invoice No.": f"R-{2024}-{number:04}",
        "Total (EUR)": f"{draw.uniform(10, 3000):.2f}".replace(".", ","),
        "Issued on": day.strftime("%d.%m.%Y"),
        "Paid?": draw.choice(("yes", "no", "n/a")),
        "Contact": f"{draw.choice(('Doe', 'Roe', 'Poe'))}, {draw.choice(('Ann', 'Bob', 'Cid'))}",
        "Phone": f"+49-{draw.randint(30, 89)}-{draw.randint(1000, 9999)}",
    }


def _answer(number: int, draw: random.Random) -> Row:
    return {
        "person": number,
        "age": draw.randint(18, 80),
        "likes": ", ".join(draw.sample(["price", "quality", "service", "speed"], draw.randint(0, 3))),
        "score": draw.randint(1, 10) if number % 9 else "",
        "grade": draw.choice("ABC"),
        "region": draw.choice(REGIONS),
    }


def _csv(path: Path, rows: list[Row], delimiter: str = ",") -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _parquet(path: Path) -> None:
    query = """
        SELECT (n % 25 + 1)::integer AS product_id, ['Bonn', 'Ulm', 'Kiel'][n % 3 + 1] AS store,
               (n * 37 % 90)::integer AS pieces,
               timestamp '2024-05-01 08:00' + (n * 17) * interval 1 minute AS counted,
               CASE WHEN n % 8 = 0 THEN NULL ELSE (n * 31 % 500) / 10.0 END::double AS shelf,
               (n % 4 + 1)::decimal(9, 2) AS unit_cost
        FROM range(75) AS numbers(n)
    """
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")


def _sheet(path: Path, draw: random.Random) -> None:
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("Targets")
    for place, name in enumerate(("category", "month", "target", "owner")):
        page.write_string(0, place, name)
    cells = [(category, month) for category in CATEGORIES for month in range(1, 7)]
    for line, (category, month) in enumerate(cells, 1):
        page.write_string(line, 0, category)
        page.write_number(line, 1, month)
        page.write_number(line, 2, draw.randint(10, 90) * 100 + 0.5)
        page.write_string(line, 3, draw.choice(("ann", "bob")))
    book.close()


def _database(path: Path, draw: random.Random) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE staff (id INTEGER, name TEXT, manager INTEGER, salary REAL, hired DATE, team TEXT)"
        )
        connection.execute("CREATE TABLE visits (customer INTEGER, staff INTEGER, day DATE, minutes INTEGER)")
        staff = [
            (
                n,
                f"Person {n}",
                None if n < 4 else draw.randint(1, 3),
                round(draw.uniform(2000, 7000), 2),
                str(START - timedelta(days=draw.randint(0, 4000))),
                draw.choice(("sales", "support")),
            )
            for n in range(1, 21)
        ]
        visits = [
            (
                draw.randint(1, 60),
                draw.randint(1, 20),
                str(START + timedelta(days=draw.randint(0, 180))),
                draw.randint(5, 90),
            )
            for _ in range(120)
        ]
        connection.executemany("INSERT INTO staff VALUES (?, ?, ?, ?, ?, ?)", staff)
        connection.executemany("INSERT INTO visits VALUES (?, ?, ?, ?)", visits)
    connection.close()
