(* The ideal gas of scale-invariant weights: each theorem proves the statement of its name in statements/ideal_gas.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives families logarithms.
From Equipartition.statements Require Import ideal_gas.
From Equipartition.lemmas Require noether.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Step.
Variables (R : realFieldType) (V : eucl R) (l : V -> R) (g theta theta' : V) (eta gamma : R).
Hypothesis step : scale_invariant_step l g theta theta' eta gamma.
Let c := 1 - 2 * eta * gamma.

(* theta^T g = 0, from the derivative of l((1 + t) theta) = l(theta) *)
Lemma radial : <<theta, g>> = 0.
Proof.
case: step => _ dg inv _; rewrite ipC.
have dg' : grad l (theta + 0 *: theta) g by rewrite scale0r addr0.
apply: deriv_uniq (chain dg' (vel_line theta theta)) _; apply: deriv_ext (deriv_cst (l theta)).
apply: small_impl (small_1t R) => t h; rewrite -{2}[theta]scale1r -scalerDl inv //.
by apply: lt_le_trans h; rewrite divr_gt0 ?ltr01 ?ltr0n.
Qed.
Lemma radius0 : 0 < N theta. Proof. by case: step => t0 _ _ _; apply: ip_gt0_. Qed.
Lemma square : N theta' = c ^+ 2 * N theta + eta ^+ 2 * N g.
Proof. by case: step => _ _ _ ->; apply: (noether.sgd_charge (A := id)) radial. Qed.
Lemma inner : <<theta, theta'>> = c * N theta.
Proof. by case: step => _ _ _ ->; rewrite ipBr ipZr ipDr radial ipZr /c; ring. Qed.
End Step.

Theorem ideal_gas_runaway : ideal_gas_runaway_statement.
Proof.
split=> [R k x x'|R V l g theta theta' eta gamma step].
  have k0 : 0 <= k ^+ 2 by rewrite sqr_ge0.
  have le0 a b : 0 <= a - b -> b <= a :> R by rewrite subr_ge0.
  split; [|split; [|split]] => [x2|x0|b x0 kb|s s0 s1 ks x0 xs].
  - apply: le0; rewrite (_ : _ - _ = x * (x * (x - 2))); last by rewrite /x'; ring.
    have x0 : 0 <= x by apply: le_trans x2; rewrite ler0n.
    by rewrite !mulr_ge0 // subr_ge0.
  - have h : x * k ^+ 2 <= x' by apply: le0; rewrite (_ : _ - _ = x * (1 - x) ^+ 2); [apply: mulr_ge0 (sqr_ge0 _) | rewrite /x'; ring].
    by split=> // h2; apply: le_trans h.
  - have h : 0 <= (1 - x) ^+ 2 by rewrite sqr_ge0.
    apply: le0; rewrite (_ : _ - _ = x * (1 - x) ^+ 2 + x * (k ^+ 2 - (1 + b))); last by rewrite /x'; ring.
    by rewrite addr_ge0 // mulr_ge0 // subr_ge0.
  split; first by rewrite mulr_ge0 // addr_ge0 ?sqr_ge0.
  apply: le_trans (_ : x * ((1 - x) ^+ 2 + (1 - s ^+ 2)) <= _); first by rewrite ler_wpmul2l // ler_add2l.
  have -> : x * ((1 - x) ^+ 2 + (1 - s ^+ 2)) = 1 + s - (1 + s - x) * ((1 - x) ^+ 2 + (1 + s) * x) by ring.
  rewrite ger_addl oppr_le0.
  by rewrite mulr_ge0 ?subr_ge0 // addr_ge0 ?sqr_ge0 // mulr_ge0 // addr_ge0 ?ler01 // ltW.
set c := 1 - 2 * eta * gamma; rewrite exprMn !sqr_sqrtr ?N_ge0 // (square step) -/c -subr_ge0.
rewrite (_ : _ - _ = (c ^+ 2 * N theta - eta ^+ 2 * N g) ^+ 2) ?sqr_ge0 //.
by move: (N theta) (N g) => *; ring.
Qed.

Section Angle.
Variables (R : rcfType) (V : eucl R) (l : V -> R) (g theta theta' : V) (eta gamma : R).
Hypothesis step : scale_invariant_step l g theta theta' eta gamma.
Let c := 1 - 2 * eta * gamma.
Lemma normE (x : V) : norm x ^+ 2 = N x. Proof. by rewrite sqr_sqrtr ?N_ge0. Qed.
Lemma norm_gt0 : 0 < norm theta. Proof. by rewrite sqrtr_gt0 (radius0 step). Qed.
Lemma cosineE : 0 < N theta' -> cosine theta theta' = c * norm theta / norm theta'.
Proof.
move=> r1; have n1 : norm theta' != 0 by rewrite lt0r_neq0 // sqrtr_gt0.
rewrite /cosine (inner step) -normE -/c; field; by rewrite n1 lt0r_neq0 // norm_gt0.
Qed.
Lemma radius_next : c != 0 -> 0 < N theta'.
Proof.
move=> c0; rewrite (square step); apply: ltr_paddr; first by rewrite mulr_ge0 ?sqr_ge0 ?N_ge0.
apply: mulr_gt0 (radius0 step); by rewrite lt0r sqr_ge0 andbT expf_neq0.
Qed.
Lemma cosine_gt0 : 0 < c -> 0 < cosine theta theta'.
Proof.
move=> c0; have r1 := radius_next (lt0r_neq0 c0).
by rewrite cosineE // divr_gt0 ?sqrtr_gt0 // mulr_gt0 // norm_gt0.
Qed.
Lemma tangent_square : c != 0 -> cosine theta theta' ^- 2 - 1 = (eta * norm g / (c * norm theta)) ^+ 2.
Proof.
move=> c0; have r1 := radius_next c0; rewrite cosineE //.
have h : norm theta' ^+ 2 = c ^+ 2 * norm theta ^+ 2 + eta ^+ 2 * norm g ^+ 2 by rewrite !normE (square step).
have n0 := lt0r_neq0 norm_gt0; have n1 : norm theta' != 0 by rewrite lt0r_neq0 // sqrtr_gt0.
have -> : (c * norm theta / norm theta') ^- 2 = norm theta' ^+ 2 / (c * norm theta) ^+ 2.
  by rewrite -exprVn invf_div expr_div_n.
by rewrite h; move: (norm theta) (norm g) n0 => a b n0; field; rewrite n0 c0.
Qed.
Lemma tangentE : 0 < c -> 0 <= eta -> tangent theta theta' = eta * norm g / (c * norm theta).
Proof.
move=> c0 e0; rewrite /tangent tangent_square ?lt0r_neq0 // sqrtr_sqr ger0_norm //.
by rewrite divr_ge0 ?mulr_ge0 ?sqrtr_ge0 // ltW.
Qed.
Lemma kept_radius : N theta' = N theta -> (1 - c ^+ 2) * N theta = eta ^+ 2 * N g.
Proof. by rewrite (square step) -/c => e; rewrite mulrBl mul1r -{1}e; ring. Qed.
Lemma kept_cosine : N theta' = N theta -> cosine theta theta' = c.
Proof.
move=> e; rewrite cosineE ?e ?(radius0 step) // {2}/norm e -/(norm theta) mulfK //.
by rewrite lt0r_neq0 // norm_gt0.
Qed.
End Angle.

Theorem ideal_gas_turning_angle : ideal_gas_turning_angle_statement.
Proof.
split=> [R V l g theta eta gamma st c r rho|R ln V Om P l g theta theta' eta gamma lnP P0 P1 st c c0 stat cosd].
  have r0 t : 0 < r t := norm_gt0 (st t).
  have N0 t : 0 < N (theta t) := radius0 (st t).
  have cosE t : cosine (theta t) (theta t.+1) = c t * r t / r t.+1 := cosineE (st t) (N0 t.+1).
  split; [|split; [|split]].
  - move=> t c0 e0; split; [exact: cosE | exact: cosine_gt0 (st t) c0 | exact: tangentE (st t) c0 e0].
  - elim=> [|T IH]; first by rewrite !big_ord0 mul1r divff // lt0r_neq0.
    rewrite !big_ord_recr /= IH cosE; have := lt0r_neq0 (r0 T); have := lt0r_neq0 (r0 T.+1).
    by move: (r T) (r T.+1) (r 0%N) (c T) (\prod_(_ < _) _) => *; field; apply/andP.
  - move=> t g0 e0; have c1 : c t = 1 by rewrite /c g0 mulr0 subr0.
    have c0 : 0 < c t by rewrite c1 ltr01.
    rewrite (tangentE (st t) c0 e0) (_ : 1 - 2 * eta t * gamma t = 1) // mul1r /rho -/(r t).
    by move: (r t) (norm (g t)) (lt0r_neq0 (r0 t)) => *; field.
  move=> t e rr c0 e0 eE; have NN' : N (theta t.+1) = N (theta t) by rewrite -!normE -/(r t) -/(r t.+1) rr.
  have cE := kept_cosine (st t) NN'; split=> //; rewrite /sine cE -/(c t).
  have := kept_radius (st t) NN'; rewrite -/(c t) -!normE -/(r t) eE => h.
  have -> : 1 - c t ^+ 2 = (e * rho t) ^+ 2.
    apply: (mulIf (expf_neq0 2 (lt0r_neq0 (r0 t)))); rewrite h /rho.
    by move: (r t) (norm (g t)) => *; ring.
  by rewrite sqrtr_sqr ger0_norm // !mulr_ge0 ?sqrtr_ge0.
have cn := lt0r_neq0 c0.
have r1 o : 0 < norm (theta' o) by rewrite sqrtr_gt0 (radius_next (st o)).
have r0 o : 0 < norm (theta o) := norm_gt0 (st o).
have cosE o : cosd o = c * norm (theta o) / norm (theta' o) := cosineE (st o) (radius_next (st o) cn).
have cos0 o : 0 < cosd o := cosine_gt0 (st o) c0.
have e1 : \sum_o P o * ln (cosd o) = ln c.
  rewrite (eq_bigr (fun o => ln c * P o + (P o * ln (norm (theta o)) - P o * ln (norm (theta' o))))) => [|o _].
    by rewrite big_split sumrB /= -mulr_sumr P1 mulr1 stat subrr addr0.
  rewrite cosE (ln_div lnP) ?mulr_gt0 // (ln_mul lnP) //.
  by move: (ln c) (ln (norm (theta o))) (ln (norm (theta' o))) => *; ring.
split=> //.
  have X0 o : 0 < cosd o / c by rewrite divr_gt0.
  have e2 : \sum_o P o * ln (cosd o / c) = 0.
    rewrite (eq_bigr (fun o => P o * ln (cosd o) - ln c * P o)) => [|o _]; last by rewrite (ln_div lnP) // mulrBr [P o * ln c]mulrC.
    by rewrite sumrB -mulr_sumr P1 e1 mulr1 subrr.
  have [h1 h2] := mean_ge1 lnP P0 P1 X0 e2.
  have sE : \sum_o P o * (cosd o / c) = (\sum_o P o * cosd o) / c by rewrite mulr_suml; apply: eq_bigr => o _; rewrite mulrA.
  rewrite sE in h1 h2; split; first by move: h1; rewrite ler_pdivl_mulr // mul1r.
  have -> : (c == \sum_o P o * cosd o) = (1 == (\sum_o P o * cosd o) / c) by rewrite -[RHS](inj_eq (mulIf cn)) mul1r divfK.
  by rewrite h2; apply: eq_forallb => o; rewrite -(inj_eq (mulIf cn)) divfK // mul1r.
have X0 o : 0 < c ^+ 2 / cosd o ^+ 2 by rewrite divr_gt0 // exprn_gt0.
have e2 : \sum_o P o * ln (c ^+ 2 / cosd o ^+ 2) = 0.
  rewrite (eq_bigr (fun o => 2 * (ln c * P o - P o * ln (cosd o)))) => [|o _].
    by rewrite -mulr_sumr sumrB -mulr_sumr P1 e1 mulr1 subrr mulr0.
  rewrite (ln_div lnP) ?exprn_gt0 // !(ln_exp lnP) //.
  by move: (ln c) (ln (cosd o)) => *; ring.
have [h1 h2] := mean_ge1 lnP P0 P1 X0 e2.
have tE o : tangent (theta o) (theta' o) ^+ 2 = cosd o ^- 2 - 1.
  by rewrite /tangent sqr_sqrtr // (tangent_square (st o) cn) sqr_ge0.
have sE : \sum_o P o * (c ^+ 2 / cosd o ^+ 2) = c ^+ 2 * (\sum_o P o * tangent (theta o) (theta' o) ^+ 2 + 1).
  rewrite -[X in _ + X]P1 -big_split mulr_sumr; apply: eq_bigr => o _; rewrite tE /=.
  by move: (cosd o ^- 2) => *; ring.
have c2 : 0 < c ^+ 2 by rewrite exprn_gt0.
rewrite sE in h1 h2; split; first by move: h1; rewrite mulrC -ler_pdivr_mulr // ler_subl_addr div1r.
have -> : (c ^- 2 - 1 == \sum_o P o * tangent (theta o) (theta' o) ^+ 2) = (1 == c ^+ 2 * (\sum_o P o * tangent (theta o) (theta' o) ^+ 2 + 1)).
  by rewrite subr_eq -(inj_eq (mulfI (lt0r_neq0 c2))) divff // lt0r_neq0.
rewrite h2; apply: eq_forallb => o; have d0 : cosd o ^+ 2 != 0 by rewrite expf_neq0 // lt0r_neq0.
rewrite -(inj_eq (mulIf d0)) divfK // mul1r eq_sym.
by rewrite eqr_expn2 // ?ltW.
Qed.

Theorem ideal_gas_equation_of_state : ideal_gas_equation_of_state_statement.
Proof.
split; [|split].
- move=> R V l g theta theta' eta gamma step r2 rho pV RT; have r20 : 0 < r2 := radius0 step.
  have rho2 : rho ^+ 2 = r2 * N g by rewrite exprMn !normE.
  split=> [e eE x|e0 g0 eg1 kept].
    by rewrite (square step) exprMn rho2 /x eE -/r2; move: (N g) => *; ring.
  set c := 1 - 2 * eta * gamma; have h : (1 - c ^+ 2) * r2 = eta ^+ 2 * N g := kept_radius step kept.
  have q0 : 1 - eta * gamma != 0 by rewrite lt0r_neq0 // subr_gt0.
  have RTE : RT = gamma * (1 - eta * gamma) * r2.
    rewrite /RT; apply: (mulfI (lt0r_neq0 e0)); transitivity (eta ^+ 2 * N g / 4%:R); first by field.
    by rewrite -h /c; field.
  have state : pV = RT / (1 - eta * gamma) by rewrite RTE /pV; field; exact: q0.
  split=> [c0||e eE c0 s]; [|exact: state|].
    by rewrite (kept_cosine step kept) -/c state; congr (_ / _); rewrite /c; field.
  have en : e != 0 by apply: contraTneq e0 => z; rewrite eE z mul0r ltxx.
  have sE : s = c.
    have -> : c = Num.sqrt (c ^+ 2) by rewrite sqrtr_sqr ger0_norm // ltW.
    congr Num.sqrt; apply: (mulIf (lt0r_neq0 r20)); rewrite mulrBl mul1r exprMn rho2.
    have -> : e ^+ 2 * (r2 * N g) * r2 = (1 - c ^+ 2) * r2 by rewrite h eE -/r2; move: (N g) => *; ring.
    by ring.
  rewrite sE; split.
    rewrite state /c; field; rewrite q0 /= (_ : _ + _ = 2 * (1 - eta * gamma)); last by ring.
    by rewrite mulf_neq0 ?pnatr_eq0.
  by rewrite /c eE -/r2; field; rewrite (lt0r_neq0 g0) en.
- move=> R k k0 phi; have k2 : 0 < k ^+ 2 by rewrite exprn_gt0.
  have phi0 x : 0 < x -> 0 < phi x by move=> x0; rewrite /phi mulr_gt0 // ltr_paddl ?sqr_ge0.
  have sub_gt (a b e : R) : a - b = e -> 0 < e -> b < a by move=> <-; rewrite subr_gt0.
  split=> [k1 s|]; last split=> [k1 x x0|k1].
  - have s2 : s ^+ 2 = 1 - k ^+ 2 by rewrite sqr_sqrtr // subr_ge0 exprn_ile1 ?ltW.
    have s0 : 0 < s by rewrite sqrtr_gt0 subr_gt0 exprn_ilt1 // ltW.
    have s1 : s < 1 by rewrite -(@ltr_sqr _ s 1) ?nnegrE ?ler01 ?ltW // s2 expr1n gtr_addl oppr_lt0.
    have kE : k ^+ 2 = 1 - s ^+ 2 by rewrite s2; ring.
    have Q1 x : 0 < x -> 0 < (1 - x) ^+ 2 + (1 - s) * x by move=> x0; rewrite ltr_paddl ?sqr_ge0 // mulr_gt0 // subr_gt0.
    have Q2 x : 0 < x -> 0 < (1 - x) ^+ 2 + (1 + s) * x by move=> x0; rewrite ltr_paddl ?sqr_ge0 // mulr_gt0 // addr_gt0.
    split; first by rewrite subr_gt0; split=> //; rewrite /phi kE; ring.
    + move=> x x0 xs; split.
        apply: (sub_gt _ _ (x * ((1 - s - x) * (1 + s - x)))); first by rewrite /phi kE; ring.
        have x1 : x < 1 + s by apply: lt_trans xs _; rewrite ltr_add2l gt0_cp.
        by rewrite !mulr_gt0 // subr_gt0.
      apply: (sub_gt _ _ ((1 - s - x) * ((1 - x) ^+ 2 + (1 - s) * x))); first by rewrite /phi kE; ring.
      by rewrite mulr_gt0 ?Q1 // subr_gt0.
    + move=> x xs x1; have x0 : 0 < x by apply: lt_trans xs; rewrite subr_gt0.
      split; last exact: phi0.
      apply: (sub_gt _ _ (x * ((x - (1 - s)) * (1 + s - x)))); first by rewrite /phi kE; ring.
      by rewrite !mulr_gt0 // subr_gt0.
    + move=> x x0 x1; apply: (sub_gt _ _ ((1 + s - x) * ((1 - x) ^+ 2 + (1 + s) * x))); first by rewrite /phi kE; ring.
      by rewrite mulr_gt0 ?Q2 // subr_gt0.
    move=> x x1; have x0 : 0 < x by apply: lt_trans x1; rewrite addr_gt0.
    apply: (sub_gt _ _ (x * ((x - 1 + s) * (x - (1 + s))))); first by rewrite /phi kE; ring.
    rewrite !mulr_gt0 //; last by rewrite subr_gt0.
    by rewrite addr_gt0 // subr_gt0; apply: lt_trans x1; rewrite ltr_addl.
  - apply: (sub_gt _ _ (x * ((1 - x) ^+ 2 + (k ^+ 2 - 1)))); first by rewrite /phi; ring.
    by rewrite mulr_gt0 // ltr_paddl ?sqr_ge0 // subr_gt0 exprn_egt1.
  split; first by rewrite /phi k1 subrr expr0n expr1n add0r mul1r.
  split=> x x0 x1.
    apply: (sub_gt _ _ (x * (1 - x) ^+ 2)); first by rewrite /phi k1; ring.
    by rewrite mulr_gt0 // lt0r sqr_ge0 andbT expf_neq0 // subr_eq0 eq_sym.
  apply: (sub_gt _ _ ((1 - x) * ((1 - x) ^+ 2 + x))); first by rewrite /phi k1; ring.
  by rewrite mulr_gt0 ?subr_gt0 // ltr_paddl ?sqr_ge0.
move=> R V Om P l g theta theta' eta gamma P0 P1 e0 g0 eg1 st r2 stat.
have r20 o : 0 < r2 o := radius0 (st o).
have en := lt0r_neq0 e0; have gn := lt0r_neq0 g0; have qn : 1 - eta * gamma != 0 by rewrite lt0r_neq0 // subr_gt0.
pose Er := \sum_o P o * r2 o; pose Eg := \sum_o P o * N (g o); pose Ei := \sum_o P o * (r2 o)^-1.
have h : 4%:R * gamma * (1 - eta * gamma) * Er = eta * Eg.
  apply: (mulfI en); have := stat; rewrite (eq_bigr (fun o => (1 - 2 * eta * gamma) ^+ 2 * (P o * r2 o) + eta ^+ 2 * (P o * N (g o)))).
    rewrite big_split /= -!mulr_sumr -/Er -/Eg => e.
    transitivity (Er - (1 - 2 * eta * gamma) ^+ 2 * Er); first by ring.
    by rewrite -{1}e; ring.
  by move=> o _; rewrite (square (st o)) -/(r2 o); move: (P o) (r2 o) (N (g o)) => *; ring.
split=> [|q qE rs4].
  have -> : \sum_o P o * (r2 o / 2) = Er / 2 by rewrite mulr_suml; apply: eq_bigr => o _; rewrite mulrA.
  have -> : \sum_o P o * (eta * N (g o) / 4%:R) = eta * Eg / 4%:R.
    by rewrite /Eg mulr_sumr mulr_suml; apply: eq_bigr => o _; move: (N (g o)) => *; ring.
  by rewrite -h; field.
rewrite -/Er -/Ei in qE *.
have Er0 : 0 < Er.
  have [o _|no] := pickP (fun o : Om => true); last by move: P1; rewrite big1 => [/eqP|o]; rewrite ?(eq_sym 0) ?oner_eq0 // no.
  rewrite /Er (bigD1 o) //= ltr_paddr ?mulr_gt0 // sumr_ge0 // => k _; by rewrite mulr_ge0 // ltW.
have e1 : Er = rs4 * Ei.
  apply: (mulfI (_ : 4%:R * gamma * (1 - eta * gamma) != 0)); first by rewrite !mulf_neq0 ?pnatr_eq0.
  by rewrite h /Eg qE /rs4; field; rewrite gn qn.
split=> //; pose W := \sum_o P o * ((r2 o - Er) ^+ 2 / r2 o).
have WE : W = Er * (Er * Ei - 1).
  rewrite /W (eq_bigr (fun o => P o * r2 o - 2 * Er * P o + Er ^+ 2 * (P o * (r2 o)^-1))) => [|o _].
    by rewrite big_split sumrB /= -!mulr_sumr P1 -/Er -/Ei; ring.
  by move: (r2 o) (P o) (Er) (lt0r_neq0 (r20 o)) => *; field.
have w0 o : 0 <= P o * ((r2 o - Er) ^+ 2 / r2 o) by rewrite mulr_ge0 ?divr_ge0 ?sqr_ge0 // ltW.
have W0 : 0 <= W by apply: sumr_ge0.
have Ei0 : 0 < Ei.
  rewrite lt0r; apply/andP; split; first by apply: contraTneq Er0 => z; rewrite e1 z mulr0 ltxx.
  by apply: sumr_ge0 => o _; rewrite mulr_ge0 ?invr_ge0 // ltW.
have d : (Er ^+ 2 - rs4) * Ei = W by rewrite WE mulrBl -e1; ring.
split; first by rewrite -subr_ge0 -(pmulr_lge0 _ Ei0) d.
rewrite eq_sym -subr_eq0 -(inj_eq (mulIf (lt0r_neq0 Ei0))) d mul0r psumr_eq0 //.
apply/allP/forallP => [h1 o|h1 o _].
  have := h1 o; rewrite mem_index_enum => /(_ isT); rewrite implyTb !mulf_eq0 (gt_eqF (P0 o)) invr_eq0 (gt_eqF (r20 o)) orbF /=.
  by rewrite ?orbb ?sqrf_eq0 subr_eq0.
by rewrite implyTb (eqP (h1 o)) subrr expr0n mul0r mulr0.
Qed.
