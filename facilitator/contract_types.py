"""Employment contracts, and the versioned mapping to the six groups of the national survey."""

from collections.abc import Mapping
from types import MappingProxyType

from facilitator.labels import Labelled


class ContractType(Labelled):
    """The employment contracts that a placement rests on."""

    cdi = "cdi", "CDI"
    cdi_inclusion = "cdi_inclusion", "CDI inclusion"
    cdi_interimaire = "cdi_interimaire", "CDI intérimaire"
    cdd = "cdd", "CDD"
    cddu = "cddu", "CDD d’usage"
    cddi = "cddi", "CDD d’insertion (CDDI)"
    cdd_tremplin = "cdd_tremplin", "CDD tremplin"
    ctt = "ctt", "Contrat de travail temporaire (CTT)"
    apprentissage = "apprentissage", "Contrat d’apprentissage"
    professionnalisation = "professionnalisation", "Contrat de professionnalisation"
    pec = "pec", "Parcours emploi compétences (PEC)"
    cie = "cie", "Contrat initiative emploi (CIE)"
    autre = "autre", "Autre contrat"


class SurveyGroup(Labelled):
    """The six groups of contracts of the national survey; they always add up."""

    cdi = "cdi", "CDI"
    cdd = "cdd", "CDD"
    professionnalisation = "professionnalisation", "Contrat de professionnalisation"
    aide = "aide", "Contrat aidé"
    interim = "interim", "Intérim"
    autres = "autres", "Autres contrats"


MAPPING_VERSION = "2026-1"
CONTRACT_GROUPS: Mapping[ContractType, SurveyGroup] = MappingProxyType(
    {
        ContractType.cdi: SurveyGroup.cdi,
        ContractType.cdi_inclusion: SurveyGroup.cdi,
        ContractType.cdi_interimaire: SurveyGroup.interim,
        ContractType.cdd: SurveyGroup.cdd,
        ContractType.cddu: SurveyGroup.cdd,
        ContractType.cddi: SurveyGroup.cdd,
        ContractType.cdd_tremplin: SurveyGroup.cdd,
        ContractType.ctt: SurveyGroup.interim,
        ContractType.apprentissage: SurveyGroup.autres,
        ContractType.professionnalisation: SurveyGroup.professionnalisation,
        ContractType.pec: SurveyGroup.aide,
        ContractType.cie: SurveyGroup.aide,
        ContractType.autre: SurveyGroup.autres,
    }
)
