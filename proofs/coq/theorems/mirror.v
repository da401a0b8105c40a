(* Mirror symmetries: each theorem proves the statement of its name in statements/mirror.v. *)
Set Warnings "-notation-overridden,-ambiguous-paths".
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring.
From Equipartition.library Require Import inner_product derivatives matrices blocks.
From Equipartition.statements Require Import mirror.
Set Implicit Arguments. Unset Strict Implicit. Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Lemma deriv_ip (R : realFieldType) (V : eucl R) (c : R -> V) (v w : V) : vel c v -> deriv (fun t => <<c t, w>>) <<v, w>>.
Proof.
move=> cv; have := loM (N_ge0 w) cv; apply: lo_le; apply: smallT => t.
by rewrite -ipZl -!ipBl mulrC CS.
Qed.
Lemma vel_column (R : realFieldType) (K : nat) (c : 'I_K -> R -> R) (d : 'I_K -> R) : (forall k, deriv (c k) (d k)) ->
  vel (V := mx_eucl R K 1) (fun t => \col_k c k t) (\col_k d k).
Proof.
move=> h; apply: lo_le (lo_sum (index_enum (ordinal_finType K)) h); apply: smallT => t.
rewrite /ip /= frobE big_ord1; apply: ler_sum => k _.
by rewrite !mxE -expr2.
Qed.
Lemma ip_column (R : realFieldType) (K : nat) (u : mx_eucl R K 1) (d : 'I_K -> R) : <<u, \col_k d k : mx_eucl R K 1>> = \sum_k u k 0 * d k.
Proof. by rewrite /ip /= frobE big_ord1; apply: eq_bigr => k _; rewrite mxE. Qed.

Lemma ip_pull (R : realFieldType) (n m : nat) (P : 'M[R]_(n, m)) (X : mx_eucl R n 1) (a : mx_eucl R m 1) :
  <<P^T *m X : mx_eucl R m 1, a>> = <<X, P *m a : mx_eucl R n 1>>.
Proof. by rewrite ipC -(ip_mull P a X) ipC. Qed.

Section Mirror.
Variables (R : realFieldType) (n m K : nat) (P : 'M[R]_(n, m)) (f : 'I_K -> mx_eucl R n 1 -> R) (ell : mx_eucl R K 1 -> R).
Variables (Gf Hf : 'I_K -> mx_eucl R n 1 -> mx_eucl R n 1) (Gl : mx_eucl R K 1 -> mx_eucl R K 1).
Variables (G H : mx_eucl R n 1 -> mx_eucl R n 1) (theta : mx_eucl R n 1).
Hypotheses (PP : P^T *m P = 1%:M) (on : P^T *m theta = 0).
Hypothesis even : forall k (y : mx_eucl R n 1), f k (y - 2 *: (P *m (P^T *m y)) : 'M_(n, 1)) = f k y.
Let out (y : mx_eucl R n 1) : mx_eucl R K 1 := \col_k f k y.
Hypothesis df : forall k, twice_differentiable (f k) theta (Gf k) (Hf k).
Hypothesis dl : near (out theta) (fun u => grad ell u (Gl u)).
Hypothesis dl2 : forall k, exists D, grad (fun u : mx_eucl R K 1 => Gl u k 0) (out theta) D.
Hypothesis dG : twice_differentiable (fun y => ell (out y)) theta G H.
Implicit Types (v w y q : mx_eucl R n 1) (a : 'M[R]_(m, 1)).
Notation "P ** a" := (P *m a : mx_eucl R n 1) (at level 40).

Lemma across k y a : P^T *m y = 0 -> grad (f k) y (Gf k y) -> <<Gf k y, P ** a>> = 0.
Proof.
move=> ym gy; have gy' v : grad (f k) (y + 0 *: v) (Gf k y) by rewrite scale0r addr0.
have d1 := chain (gy' (P ** a)) (vel_line y (P ** a)).
have d2 := chain (gy' (- (P ** a))) (vel_line y (- (P ** a))).
have e : <<Gf k y, P ** a>> = <<Gf k y, - (P ** a)>>.
  apply: deriv_uniq d1 _; apply: deriv_ext d2; apply: smallT => t.
  rewrite -[RHS](even k); congr (f k _); rewrite mulmxDr ym add0r -scalemxAr (mulmxA P^T) PP mul1mx -scalemxAr.
  by move: (P *m a) => b; apply/matrixP => i j; rewrite !mxE; move: (y i j) (b i j) => *; ring.
have : <<Gf k y, P ** a>> + <<Gf k y, P ** a>> = 0 by rewrite {2}e ipNr subrr.
by move/eqP; rewrite -mulr2n mulrn_eq0 /= => /eqP.
Qed.

Let grad_f k : grad (f k) theta (Gf k theta). Proof. by have [h _] := df k; apply: near_here h. Qed.
Let across0 k a : <<Gf k theta, P ** a>> = 0. Proof. exact: across. Qed.
Lemma transpose_zero (X : mx_eucl R n 1) : (forall a, <<X, P ** a>> = 0) -> P^T *m X = 0.
Proof.
move=> h; apply: (@ip_inj R (mx_eucl R m 1)) => a; rewrite ip0l -[RHS](h a) [RHS]ipC.
by rewrite (ip_mull P a X) ipC.
Qed.

(* along a line through a point at which all f k and the loss of the outputs have gradients *)
Lemma out_vel y v : (forall k, grad (f k) y (Gf k y)) -> vel (fun t => out (y + t *: v)) (\col_k <<Gf k y, v>>).
Proof.
move=> gy; apply: vel_column => k; have := vel_line y v.
by apply: chain; rewrite scale0r addr0; apply: gy.
Qed.
Lemma gradient_formula y w : (forall k, grad (f k) y (Gf k y)) -> grad ell (out y) (Gl (out y)) ->
  grad (fun y => ell (out y)) y (G y) -> <<G y, w>> = \sum_k Gl (out y) k 0 * <<Gf k y, w>>.
Proof.
move=> gy gl gG; rewrite -ip_column; have y0 : y + 0 *: w = y by rewrite scale0r addr0.
have gG' : grad (fun y => ell (out y)) (y + 0 *: w) (G y) by rewrite y0.
apply: deriv_uniq (chain gG' (vel_line y w)) _.
have gl' : grad ell (out (y + 0 *: w)) (Gl (out y)) by rewrite y0.
exact: (chain (c := fun t => out (y + t *: w)) gl' (out_vel w gy)).
Qed.

Let all_f : near theta (fun y => forall k, grad (f k) y (Gf k y)).
Proof.
have h (s : seq 'I_K) : near theta (fun y => forall k, k \in s -> grad (f k) y (Gf k y)).
  elim: s => [|k s IH]; first by exists 1.
  have [hk _] := df k; apply: near_impl (near_and hk IH) => y [h1 h2] k'.
  by rewrite inE => /orP[/eqP ->|/h2].
by apply: near_impl (h (enum 'I_K)) => y hy k; apply: hy; rewrite mem_enum.
Qed.

Lemma second_derivative v a : <<H v, P ** a>> = \sum_k Gl (out theta) k 0 * <<Hf k v, P ** a>>.
Proof.
have [gG vG] := dG; have d1 := deriv_ip (P ** a) (vG v).
apply: deriv_uniq d1 _.
have line : vel (fun t => theta + t *: v) v := vel_line theta v.
have t0 : theta + 0 *: v = theta by rewrite scale0r addr0.
have allt : small (fun t => forall k, grad (f k) (theta + t *: v) (Gf k (theta + t *: v))) := near_line v all_f.
have Gt : small (fun t => grad (fun y => ell (out y)) (theta + t *: v) (G (theta + t *: v))) := near_line v gG.
have ov : vel (fun t => out (theta + t *: v)) (\col_k <<Gf k theta, v>>) by apply: out_vel.
have lt : small (fun t => grad ell (out (theta + t *: v)) (Gl (out (theta + t *: v)))).
  by apply: (near_vel (P := fun u => grad ell u (Gl u)) ov); rewrite t0.
have dk k : deriv (fun t => Gl (out (theta + t *: v)) k 0 * <<Gf k (theta + t *: v), P ** a>>) (Gl (out theta) k 0 * <<Hf k v, P ** a>>).
  have [D gD] := dl2 k; have gD' : grad (fun u : mx_eucl R K 1 => Gl u k 0) (out (theta + 0 *: v)) D by rewrite t0.
  have e1 := chain (c := fun t => out (theta + t *: v)) gD' ov.
  have [_ vf] := df k; have e2 := deriv_ip (P ** a) (vf v).
  by have := derivM e1 e2; rewrite t0 across0 mulr0 add0r.
apply: deriv_ext (deriv_sum (index_enum (ordinal_finType K)) dk).
apply: small_impl (small_and allt (small_and Gt lt)) => t [h1 [h2 h3]].
by rewrite (gradient_formula _ h1 h3 h2).
Qed.

Lemma tangential q k a : P^T *m q = 0 -> <<Hf k q, P ** a>> = 0.
Proof.
move=> qm; have [hk vf] := df k; apply: deriv_uniq (deriv_ip (P ** a) (vf q)) _.
apply: deriv_ext (deriv_cst 0); apply: small_impl (near_line q hk) => t h.
by rewrite across // mulmxDr on add0r -scalemxAr qm scaler0.
Qed.
End Mirror.

Theorem mirror_residual_hessian : mirror_residual_hessian_statement.
Proof.
move=> R n m K P f ell Gf Hf Gl G H theta PP on even out df dl dl2 dG.
have sd := second_derivative PP on even df dl dl2 dG.
have gf k : grad (f k) theta (Gf k theta) by have [h _] := df k; apply: near_here h.
split=> [k|q qm|a|low gamma a Hr [_ vr]].
- by apply: transpose_zero => a; apply: (across PP even).
- by apply: transpose_zero => a; rewrite sd big1 // => k _; rewrite (tangential PP on even df) ?mulr0.
- apply: (@ip_inj R (mx_eucl R m 1)) => b; rewrite ip_suml ip_pull sd.
  by apply: eq_bigr => k _; rewrite ipZl ip_pull.
(* at a minimum of ell over the outputs its gradient is 0 *)
have Gl0 : Gl (out theta) = 0.
  have gl := near_here dl; set u := out theta in gl low *; set g := Gl u in gl *.
  apply: N_eq0; apply/le_anti; rewrite N_ge0 andbT leNgt; apply/negP => g0.
  have e0 : 0 < N g / 4%:R by rewrite divr_gt0 ?ltr0n.
  have [d d0 hd] := gl _ e0.
  pose t := Num.min 1 (d / N g); have t0 : 0 < t by rewrite lt_minr ltr01 divr_gt0.
  have td : N ((- t) *: g) <= d.
    rewrite NZ sqrrN; apply: le_trans (_ : t * N g <= _); last by rewrite -ler_pdivl_mulr // le_minl lexx orbT.
    by rewrite ler_wpmul2r ?N_ge0 // expr2 ger_pmull // le_minl lexx.
  have lo := low (u + (- t) *: g); rewrite -subr_ge0 in lo.
  have := hd _ td; rewrite ipZr NZ sqrrN; move: (ell (u + _) - ell u) lo => x x0.
  rewrite (_ : x - - t * N g = x + t * N g); last by ring.
  rewrite leNgt => /negP[]; apply: lt_le_trans (_ : (t * N g) ^+ 2 <= _).
    have p0 : 0 < (t * N g) ^+ 2 by rewrite exprn_gt0 // mulr_gt0.
    have -> : N g / 4%:R * (t ^+ 2 * N g) = (t * N g) ^+ 2 / 4%:R by move: (N g) => y; field.
    by rewrite ltr_pdivr_mulr ?ltr0n // ltr_pmulr // ltr1n.
  by rewrite ler_sqr ?nnegrE ?ler_addr ?addr_ge0 ?mulr_ge0 ?N_ge0 // ltW.
have [_ vG] := dG; pose v : mx_eucl R n 1 := P *m a.
have HrE : Hr v = H v + (2 * gamma) *: v.
  apply: (@ip_inj R (mx_eucl R n 1)) => w; apply: deriv_uniq (deriv_ip w (vr v)) _; rewrite ipDl.
  have d1 := deriv_ip w (vG v).
  have d2 := deriv_ip w (vel_line ((2 * gamma) *: theta) ((2 * gamma) *: v)).
  apply: deriv_ext (derivD d1 d2); apply: smallT => t; rewrite -ipDl; congr (<<_, _>>).
  by rewrite scalerDr !scalerA (mulrC t).
rewrite -/v HrE mulmxDr -scalemxAr mulmxA PP mul1mx.
suff -> : P^T *m H v = 0 by rewrite add0r.
by apply: transpose_zero => b; rewrite sd big1 // => k _; rewrite Gl0 mxE mul0r.
Qed.
