"""Who gets what from every address: each URL name of the resolver, GET and POST, for eleven people.

A row is a word of eleven letters, one a person in the order of `PEOPLE`:

    o  answered (2xx, a redirect inside, or 4xx that is no refusal: invalid form, refused move, stale)
    l  to the sign-in      n  404: it does not exist for this person      f  403      m  405: no such method here

A new address without a row fails. What is refused leaves every business row, history row and promise as it was.
"""

import pytest
from django.test import Client

from partnerportal.tests import access
from partnerportal.tests.world import build
from partners.models import User
from partners.tests.factories import UserFactory
from projects.reference import load_questions

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800), pytest.mark.no_cover]

# (GET, POST) and the addresses that answer so.
MATRIX: dict[tuple[str, str], str] = {
    ("lmmmmmfffml", "lffooffffnl"): "release_enquiries switch_web_form",
    ("lmmmmnfnnfl", "loooonfnnfl"): "offers:decline projects:accept_offer",
    ("lllllloofol", "llllllfoffl"): "admin:leads_vendorlead_change",
    ("looooooofol", "lffoofnnfnl"): "projects:bonus_statements",
    ("lmnmmnffffl", "lonffnffffl"): """
        accounts:import_decide accounts:import_discard accounts:import_run
        contacts:import_decide contacts:import_discard contacts:import_run
        leads:import_decide leads:import_discard leads:import_run
    """,
    ("lmnmmnffffl", "lonoonffffl"): """
        accounts:import_retry accounts:import_revert accounts:import_stop
        contacts:import_retry contacts:import_revert contacts:import_stop
        leads:import_retry leads:import_revert leads:import_stop
    """,
    ("lonoonffffl", "lmnmmnffffl"): "accounts:import_errors contacts:import_errors leads:import_errors",
    ("lonoonffffl", "lonffnffffl"): "accounts:import_batch contacts:import_batch leads:import_batch",
    ("lffffffffnl", "lffffffffml"): "partners:mail partners:mail_attachment partners:mail_html",
    ("lffffffffol", "lffffffffml"): "partners:mailbox",
    ("lfffmnfnnml", "lfffonfnnol"): "partners:resend partners:withdraw",
    ("lfffmnnnnnl", "lfffonnnnnl"): "partners:deactivate partners:reactivate partners:role",
    ("lfffofooool", "lfffofooool"): "partners:invite",
    ("lmfmmnfnmfl", "lffffnfnofl"): "cases:take",
    ("lmfmmnfnmfl", "lofoonfnofl"): "cases:resolve",
    ("lmmmmnfnnml", "lofoonfnnfl"): "projects:undo_convert",
    ("lmfmmnfnnfl", "lofoonfnnfl"): """
        leads:move leads:start_plan leads:stop_plan orders:place
        projects:move quotes:add_line quotes:edit_line quotes:make_primary quotes:new_version
        quotes:compare_anew quotes:copy quotes:paste_lines quotes:remind quotes:take_bundle quotes:take_lines
        quotes:refresh_prices quotes:remove_line quotes:resend quotes:restore_link quotes:revoke
        quotes:submit tasks:complete tasks:reopen
    """,
    ("lmmmmmfffml", "looooofffnl"): """
        accounts:bulk_start contacts:bulk_start leads:bulk_start projects:bulk_start tasks:bulk_start
    """,
    ("lmmmmmffmml", "loooooffnnl"): "cases:bulk_start",
    ("lmmmmmmmfml", "looooonnfnl"): "orders:bulk_start quotes:bulk_start",
    ("lmmmmmffffl", "loooooffffl"): "duplicates_of_new_account duplicates_of_new_contact duplicates_of_new_lead",
    ("lmmmmmmmmml", "lonnnnnnnnl"): "partners:mute_notice partners:open_notice partners:read_notice",
    ("lmmmmmmmmml", "lnnnnnnnnnl"): "core:restore_file partners:end_session",
    ("lmmmmmmmmml", "loooooooool"): "core:look core:pin partners:end_sessions partners:notice_choices partners:read_all",
    ("lmmmmnfnfml", "loooonfnfol"): "accounts:files accounts:notes accounts:pin_note contacts:files contacts:notes contacts:pin_note",
    ("lmmmmnfnmml", "loooonfnffl"): "cases:notes cases:pin_note",
    ("lmmmmnfnmml", "loooonfnool"): "cases:answer cases:comment cases:files cases:internal",
    ("lmmmmnfnnml", "loooonfnnol"): """
        leads:files leads:notes leads:pin_note projects:files projects:notes projects:pin_note tasks:files tasks:notes tasks:pin_note
    """,
    ("lmmmmnmnfml", "loooononfol"): "accounts:follow accounts:mute contacts:follow contacts:mute",
    ("lmmmmnmnmml", "loooononool"): "cases:follow cases:mute",
    ("lmmmmnmnnml", "loooononnol"): """
        leads:follow leads:mute orders:files orders:follow orders:mute orders:notes orders:pin_note projects:follow projects:mute
        quotes:files quotes:follow quotes:mute quotes:notes quotes:pin_note tasks:follow tasks:mute
    """,
    ("lofffnfnffl", "lofffnfnffl"): "accounts:edit_note cases:edit_note contacts:edit_note",
    ("lofffnfnnfl", "lofffnfnnfl"): "leads:edit_note orders:edit_note projects:edit_note quotes:edit_note tasks:edit_note",
    ("lmmmmnfnfml", "lofffnfnffl"): "accounts:delete_note contacts:delete_note",
    ("lmmmmnfnmml", "lofffnfnffl"): "cases:delete_note",
    ("lmmmmnfnnml", "lofffnfnnfl"): "leads:delete_note projects:delete_note tasks:delete_note",
    ("lmmmmnmnnml", "lofffnfnnfl"): "orders:delete_note quotes:delete_note",
    ("lmmmmnfnfml", "lnnnnnfnfnl"): "accounts:restore_note contacts:restore_note",
    ("lmmmmnfnmml", "lnnnnnfnnnl"): "cases:restore_note",
    ("lmmmmnfnnml", "lnnnnnfnnnl"): "leads:restore_note projects:restore_note tasks:restore_note",
    ("lmmmmnmnnml", "lnnnnnnnnnl"): "orders:restore_note quotes:restore_note",
    ("lnnnnnnnnnl", "lmmmmmmmmml"): "mfa_view_recovery_codes",
    ("lnnnnnffffl", "lnnnnnffffl"): "accounts:import_line contacts:import_line leads:import_line tasks:log_call",
    ("lnnnnnnnnnl", "lnnnnnnnnnl"): """
        accounts:restore cases:restore contacts:restore core:bulk core:bulk_decide core:bulk_result core:bulk_retry core:bulk_run
        core:bulk_stop core:bulk_undo leads:restore mfa_deactivate_totp orders:restore projects:restore quotes:restore tasks:restore
        core:export core:export_file core:export_retry core:export_stop
        merge undo_merge
    """,
    ("lofoonfnffl", "lofoonfnffl"): """
        merge_accounts merge_contacts
        accounts:cell accounts:delete accounts:edit accounts:owner cases:delete contacts:cell contacts:delete contacts:edit
        contacts:owner projects:account_owner
    """,
    ("lofoonfnnfl", "lmfmmnfnnfl"): "quotes:address quotes:fill quotes:preview_line",
    ("lofoonfnnfl", "lofoonfnnfl"): """
        merge_leads
        core:remove_file leads:qualify leads:next_step
        leads:cell leads:delete leads:edit leads:owner orders:cancel orders:cell orders:confirm
        orders:edit orders:delete orders:owner projects:add_contact projects:contact_role projects:remove_contact
        projects:agreement projects:cell projects:close projects:convert projects:delete projects:demo projects:edit projects:estimate
        projects:next_step
        projects:owner projects:reopen projects:why_won projects:withdraw quotes:compose
        quotes:accept quotes:cancel quotes:request_approval quotes:cell quotes:delete quotes:edit quotes:owner
        tasks:cell tasks:day tasks:delete tasks:edit tasks:owner
    """,
    ("lofoonfnofl", "lofoonfnofl"): "cases:cell cases:decide cases:edit cases:owner cases:reopen",
    ("loooonfnffl", "loooonfnffl"): "accounts:clone cases:clone contacts:clone",
    ("loooonfnnfl", "loooonfnnfl"): "leads:clone projects:clone quotes:clone tasks:clone",
    ("loooonnnnnl", "lmmmmnnnnnl"): "partners:person",
    ("loooononfol", "lofoonfnffl"): "accounts:presence contacts:presence",
    ("loooononnol", "lofoonfnnfl"): """
        leads:presence orders:presence projects:presence quotes:presence tasks:presence
    """,
    ("loooononool", "lofoonfnofl"): "cases:presence",
    ("loooononfol", "lmmmmmmmfml"): """
        contacts:for_account orders:for_account orders:for_contact orders:for_case quotes:for_contact
        orders:for_project orders:for_quote projects:contacts
        projects:for_account projects:for_contact quotes:for_account quotes:for_project quotes_of_account quotes_of_project
        quotes:products_for_project
        tasks:about
    """,
    ("loooononfol", "lmmmmnmnfml"): """
        accounts:detail accounts:history accounts:menu accounts:panel_activity accounts:panel_files contacts:detail contacts:history
        contacts:menu
        contacts:panel_activity contacts:panel_files duplicates_of_account duplicates_of_contact accounts:mentions contacts:mentions
    """,
    ("loooononnol", "lmmmmmmmmml"): "core:file core:look_at_file core:preview",
    ("loooononnol", "lmmmmnmnnml"): """
        offers:detail
        leads:menu orders:menu projects:menu quotes:menu tasks:menu
        duplicates_of_lead leads:detail leads:history leads:panel_activity leads:panel_files
        orders:detail orders:history orders:panel_activity
        orders:panel_files projects:detail projects:history projects:panel_activity projects:panel_files quotes:detail
        quotes:compare quotes:document quotes:export_lines quotes:history
        quotes:panel_activity quotes:panel_files quotes:preview tasks:detail tasks:history
        tasks:panel_activity tasks:panel_files leads:mentions orders:mentions projects:mentions quotes:mentions tasks:mentions
    """,
    ("loooononool", "lmmmmmmmmml"): "cases:for_account cases:for_contact",
    ("loooononool", "lmmmmnmnmml"): "cases:detail cases:menu cases:history cases:mentions cases:panel_activity cases:panel_files",
    ("loooooffffl", "lmmmmmffffl"): """
        accounts:import_template contacts:import_template leads:import_template projects:contact_choices tasks:related
    """,
    ("loooooffffl", "loooooffffl"): """
        accounts:import contacts:import leads:import
        accounts:add cases:add contacts:add leads:add orders:add projects:add projects:pipeline quotes:add tasks:add
    """,
    ("looooooofol", "looooooofol"): """
        accounts:export contacts:export leads:export orders:export projects:export quotes:export tasks:export
        accounts:views contacts:views leads:views orders:views pricing:views projects:views quotes:views tasks:views
    """,
    ("looooooofol", "lmmmmmmmfml"): """
        own_web_form
        offers:list
        accounts:list contacts:list leads:board leads:list orders:list
        partners:team pricing:export pricing:list projects:board projects:list quotes:list
        reports:index reports:report tasks:calendar tasks:list
    """,
    ("loooooooool", "lmmmmmmmmml"): """
        cases:list core:palette core:search core:suggest mfa_index partners:guide_picture partners:help partners:news
        partners:news_detail
        partners:notices partners:wmp reports:home
    """,
    ("looooofffol", "lmmmmmfffml"): """
        accounts:deleted cases:deleted contacts:deleted leads:deleted orders:deleted projects:deleted quotes:deleted tasks:deleted
    """,
    ("loooooooool", "loooooooool"): """
        account_change_password account_reauthenticate admin:logout cases:export cases:views mfa_activate_totp mfa_generate_recovery_codes
        mfa_reauthenticate partners:profile
    """,
    ("loooooooool", "ooooooooooo"): "mfa_authenticate",
    ("mmmmmmmmmmm", "offfffffffo"): "customer_accept customer_change customer_decline",
    ("nnnnnnnnnnn", "mmmmmmmmmmm"): "customer_pdf",
    ("nnnnnnnnnnn", "nnnnnnnnnnn"): "accept_invitation",
    ("ooooooooooo", "mmmmmmmmmmm"): """
        web_thanks
        account_inactive account_reset_password_done account_reset_password_from_key_done customer_quote healthz readyz
    """,
    ("ooooooooooo", "ooooooooooo"): """
        web_form
        account_login account_logout account_reset_password account_reset_password_from_key session_state
    """,
    ("lfffffooool", "lfffffooool"): "admin:login",
    ("llllllffffl", "llllllffffl"): """
        admin:leads_webform_delete
        admin:leads_leadoffer_add admin:leads_leadoffer_delete admin:leads_vendorlead_delete
        admin:accounts_account_add admin:accounts_account_delete admin:accounts_contact_add admin:accounts_contact_delete
        admin:cases_case_add admin:cases_case_delete admin:catalog_pricebook_delete admin:catalog_product_delete
        admin:catalog_discountlimit_add admin:catalog_discountlimit_delete
        admin:catalog_stagetext_add admin:catalog_stagetext_delete admin:catalog_term_delete admin:core_outboxmessage_add
        admin:core_outboxmessage_delete admin:core_storedmail_add admin:core_storedmail_delete admin:leads_lead_add
        admin:leads_lead_delete admin:orders_order_add admin:orders_order_delete admin:partners_invitation_delete
        admin:partners_partner_delete admin:partners_user_delete admin:projects_bonusdecision_add
        admin:projects_bonusdecision_delete admin:projects_bonusentry_add admin:projects_bonusentry_delete
        admin:projects_demoquestion_delete
        admin:leads_qualificationquestion_delete admin:leads_leadplan_delete
        admin:projects_project_add admin:projects_project_delete admin:quotes_quote_add
        admin:quotes_quote_delete admin:tasks_task_add admin:tasks_task_delete
    """,
    ("llllllffffl", "llllllmmmml"): "admin:autocomplete",
    ("llllllfffol", "llllllffffl"): "admin:core_outboxmessage_change admin:core_storedmail_change",
    ("llllllfffol", "llllllfffol"): """
        admin:leads_webform_add
        admin:catalog_averageprice_add admin:catalog_averageprice_change admin:catalog_averageprice_changelist
        admin:catalog_averageprice_delete
        admin:catalog_bundle_add admin:catalog_bundle_change admin:catalog_bundle_changelist admin:catalog_bundle_delete
        admin:catalog_bundle_history admin:catalog_averageprice_history admin:catalog_exchangerate_add
        admin:catalog_exchangerate_change admin:catalog_exchangerate_changelist admin:catalog_exchangerate_delete
        admin:catalog_exchangerate_history admin:catalog_pricebook_add admin:catalog_pricebookentry_add
        admin:catalog_pricebookentry_change admin:catalog_pricebookentry_changelist admin:catalog_pricebookentry_delete
        admin:catalog_pricebookentry_history admin:catalog_product_add admin:catalog_stagetext_change
        admin:catalog_stagetext_changelist admin:catalog_discountlimit_change admin:catalog_discountlimit_changelist
        admin:catalog_discountlimit_history admin:catalog_stagetext_history admin:catalog_term_add admin:catalog_term_change
        admin:catalog_term_changelist admin:catalog_term_history admin:core_outboxmessage_changelist
        admin:core_outboxmessage_history
        admin:core_savedview_add admin:core_savedview_change admin:core_savedview_changelist admin:core_savedview_delete
        admin:core_storedmail_changelist admin:partners_invitation_add admin:partners_news_delete admin:partners_partner_add
        admin:partners_user_add admin:projects_demoquestion_add
        admin:leads_qualificationquestion_add admin:leads_leadplan_add admin:projects_demoquestion_change
        admin:leads_qualificationquestion_change admin:leads_leadplan_change
        admin:projects_demoquestion_changelist
        admin:leads_qualificationquestion_changelist admin:leads_leadplan_changelist admin:projects_demoquestion_history
        admin:leads_qualificationquestion_history admin:leads_leadplan_history
    """,
    ("llllllmmmml", "llllllooool"): "admin:catalog_pricebookentry_process_import admin:catalog_product_process_import",
    ("llllllnnnnl", "llllllnnnnl"): """
        admin:leads_webform_do
        admin:leads_leadoffer_do admin:leads_vendorlead_do
        admin:accounts_account_do admin:accounts_contact_do admin:cases_case_do admin:catalog_averageprice_do admin:catalog_bundle_do
        admin:catalog_exchangerate_do admin:catalog_pricebook_do admin:catalog_pricebookentry_do admin:catalog_product_do
        admin:catalog_stagetext_do admin:catalog_discountlimit_do admin:catalog_term_do admin:core_outboxmessage_do
        admin:core_savedview_do admin:core_savedview_history
        admin:core_storedmail_do admin:core_storedmail_history admin:leads_lead_do admin:orders_order_do
        admin:partners_invitation_do admin:partners_news_do admin:partners_partner_do admin:partners_user_do
        admin:projects_bonusdecision_do admin:projects_bonusdecision_history admin:projects_bonusentry_do
        admin:projects_demoquestion_do
        admin:leads_qualificationquestion_do admin:leads_leadplan_do admin:projects_project_do
        admin:quotes_quote_do admin:tasks_task_do
    """,
    ("llllllonfol", "llllllonfol"): """
        admin:leads_webform_history
        admin:accounts_account_history admin:accounts_contact_history admin:partners_partner_history
    """,
    ("llllllonnol", "llllllonnol"): """
        admin:leads_leadoffer_history admin:leads_vendorlead_history
        admin:leads_lead_history admin:orders_order_history admin:partners_invitation_history admin:projects_bonusentry_history
        admin:projects_project_history admin:quotes_quote_history admin:tasks_task_history
    """,
    ("llllllonool", "llllllonool"): "admin:cases_case_history",
    ("lllllloofol", "llllllfffol"): """
        admin:leads_webform_change
        admin:leads_leadoffer_change
        admin:accounts_account_change admin:accounts_contact_change admin:catalog_pricebook_change admin:catalog_product_change
        admin:leads_lead_change admin:partners_invitation_change admin:partners_partner_change admin:partners_user_change
        admin:projects_bonusdecision_change admin:projects_bonusentry_change admin:projects_project_change admin:tasks_task_change
    """,
    ("lllllloofol", "lllllloofol"): """
        admin:leads_webform_changelist
        admin:leads_leadoffer_changelist admin:leads_vendorlead_add admin:leads_vendorlead_assign admin:leads_vendorlead_changelist
        admin:accounts_account_changelist admin:accounts_contact_changelist admin:catalog_pricebook_changelist
        admin:catalog_pricebook_history admin:catalog_product_changelist admin:catalog_product_history admin:leads_lead_changelist
        admin:orders_order_change admin:orders_order_changelist admin:partners_invitation_changelist admin:partners_news_add
        admin:partners_partner_changelist admin:partners_user_changelist admin:partners_user_history
        admin:projects_bonusdecision_changelist admin:projects_bonusentry_changelist admin:projects_project_changelist
        admin:quotes_quote_change admin:quotes_quote_changelist admin:tasks_task_changelist
    """,
    ("lllllloonol", "lllllloonol"): "admin:app_list",
    ("llllllooool", "llllllffool"): "admin:cases_case_change",
    ("llllllooool", "llllllmmmml"): "admin:jsi18n",
    ("llllllooool", "lllllloofol"): "admin:partners_news_change",
    ("llllllooool", "llllllooool"): """
        admin:cases_case_changelist admin:catalog_pricebookentry_export admin:catalog_pricebookentry_import
        admin:catalog_product_export admin:catalog_product_import admin:index admin:partners_news_changelist
        admin:partners_news_history admin:password_change admin:password_change_done
    """,
}
ROWS = {name: row for row, names in MATRIX.items() for name in names.split()}


@pytest.fixture
def world(reference, aurora):
    load_questions()
    return build("kanaria", partner=aurora)


@pytest.fixture
def clients(world, carla, otto, olga, tariq, vendor_admin):
    """A signed-in browser for each of the people; the disabled one was signed in before."""
    disabled = UserFactory(partner=world.partner)
    people = (None, world.rep, world.colleague, world.manager, world.admin, carla, otto, olga, tariq, vendor_admin, disabled)
    found = {}
    for name, person in zip(access.PEOPLE, people, strict=True):
        found[name] = Client(raise_request_exception=False)
        if person:
            found[name].force_login(person)
    User.objects.filter(pk=disabled.pk).update(is_active=False)
    return found


def test_every_address_has_a_row():
    assert {name for name, _place in access.patterns()} == ROWS.keys()


def test_every_name_stands_once():
    names = [name for names in MATRIX.values() for name in names.split()]

    assert sorted(names) == sorted(set(names))


def test_rows_have_a_letter_for_everybody():
    for row in MATRIX:
        assert [len(cells) for cells in row] == [len(access.PEOPLE)] * 2
        assert set("".join(row)) <= set("olnfm")


def test_nobody_of_another_partner_reaches_a_record():
    """The rows themselves: what has a record in its address answers a stranger with 404, whatever the method."""
    other, foreign = access.PEOPLE.index("other"), access.PEOPLE.index("foreign_manager")
    reached = [
        name
        for name, place in access.patterns()
        if name.split(":")[0] in access.KEYS and "<int:pk>" in place
        for cells in ROWS[name]
        for person in (other, foreign)
        if cells[person] == "o"
    ]
    assert reached == []


@pytest.mark.parametrize("method", ["put", "patch", "delete", "trace"])
def test_no_address_knows_another_method(world, clients, method, capsys):
    """Neither answered nor an error, for anybody; and nothing is taken back here, so that a change would show."""
    before, wrong, cells = access.fingerprint(), {}, 0

    for name, address in access.addresses(world).items():
        for person in access.PEOPLE:
            status = getattr(clients[person], method)(address).status_code
            cells += 1
            if status not in (302, 403, 404, 405):
                wrong[name, person] = status

    with capsys.disabled():
        print(f"\n{method}: {cells} cells")
    assert wrong == {}
    assert cells > 3000
    assert access.fingerprint() == before
    assert clients["owner"].get("/").status_code == 200


@pytest.mark.parametrize("part", ["portal", "back office"])
def test_matrix(world, clients, part, capsys, monkeypatch):
    # What a page says is tested elsewhere; here only whether it answers.
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda self, context=None, request=None: "")
    before = access.fingerprint()
    wrong, cells = {}, 0

    for name, address in access.addresses(world).items():
        if name.startswith("admin:") != (part == "back office"):
            continue
        for method, row in zip(access.METHODS, ROWS[name], strict=True):
            for person, expected in zip(access.PEOPLE, row, strict=True):
                answer = access.ask(clients[person], method, address, untouched=before)
                cells += 1
                if answer != expected:
                    wrong[method, name, person] = f"{answer}, not {expected}"

    with capsys.disabled():
        print(f"\n{part}: {cells} cells")
    assert not wrong, "\n".join(f"{key}: {found}" for key, found in sorted(wrong.items()))
    assert cells > 3000
