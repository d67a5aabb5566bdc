"""The catalog: the files that a task may use, with what is known of their columns. It holds no cell values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from interlock.ir.types import Schema


@dataclass(frozen=True)
class Dataset:
    """One table that can be read: a file, or a table of a database or a sheet of a workbook `inside` it.

    `path` is as a plan writes it, relative to the project folder. `reader` is the node type that reads it, by name
    (`read_csv`), or `""` where the ending of the path tells. `inside` is the table or the sheet, or `""`.
    """

    path: str
    columns: Schema
    reader: str = ""
    inside: str = ""


@dataclass(frozen=True)
class Catalog:
    """The files that a task may use."""

    datasets: tuple[Dataset, ...] = ()

    def __iter__(self) -> Iterator[Dataset]:
        return iter(self.datasets)

    def __len__(self) -> int:
        return len(self.datasets)

    def at(self, path: str) -> tuple[Dataset, ...]:
        """What can be read from the file at `path`: nothing, one table, or several tables of a database."""
        return tuple(each for each in self.datasets if each.path == path)
