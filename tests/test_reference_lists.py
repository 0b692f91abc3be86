"""Official lists are recognised by their columns or their codes."""

import pytest

from facilitator import reference_lists
from facilitator.reference_lists import Label


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (
            "TYPECOM,COM,REG,DEP,LIBELLE\nCOM,99001,99,99,Fictif\nCOMD,99001,99,99,Ancien Fictif\n",
            Label("commune", "99001", "Fictif", "99"),
        ),
        ("DEP,REG,CHEFLIEU,LIBELLE\n99,98,99001,Orge\n", Label("departement", "99", "Orge", "98")),
        ("REG,CHEFLIEU,LIBELLE\n98,99001,Val fictif\n", Label("region", "98", "Val fictif", None)),
        (
            '"id","name","parent"\n"45000000-7","Travaux de construction",\n',
            Label("cpv", "45000000", "Travaux de construction", None),
        ),
        (
            "ogr_appellation;rome_code;libelle_appellation_long\n11987;A1101;Chauffeur\n",
            Label("rome_appellation", "11987", "Chauffeur", "A1101"),
        ),
        (
            "epci,libepci,nature_epci\n200000172,CC Fictive,CC\n",
            Label("epci", "200000172", "CC Fictive", "CC"),
        ),
        (
            "code_qp;lib_qp;insee_com\nQN99901M;Les Pins;99001\n",
            Label("qpv", "QN99901M", "Les Pins", "99001"),
        ),
        ('{"01.11Z": "Culture de céréales"}', Label("naf", "0111Z", "Culture de céréales", None)),
        ('{"7210": "Commune "}', Label("legal_category", "7210", "Commune", None)),
    ],
)
def test_each_list_is_recognised(content: str, label: Label) -> None:
    assert reference_lists.read(content.encode(), "liste").labels == (label,)


@pytest.mark.parametrize("content", ["", "a,b\n1,2\n", '{"x": 1}', "[]", "montant: 3"])
def test_an_unknown_list_is_refused_whole(content: str) -> None:
    with pytest.raises(reference_lists.UnknownReference, match="liste de référence"):
        reference_lists.read(content.encode(), "autre")
